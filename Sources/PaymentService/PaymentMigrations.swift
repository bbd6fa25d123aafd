package import Storage

/// The schema of the Payments database.
package enum PaymentMigrations {
    package static let all: [Migration] = [
        Migration(
            "payment-0001-payables",
            """
            CREATE TABLE payable (
                booking_id TEXT   NOT NULL PRIMARY KEY,
                state      TEXT   NOT NULL, -- open, closing, closed, paid
                amount     BIGINT,          -- minor units; NULL where it was closed before anybody began to pay
                currency   TEXT,
                winner     TEXT,            -- the payment that counts, once every other way to pay is closed
                version    BIGINT NOT NULL, -- of the last event about it
                created_at BIGINT NOT NULL
            );
            CREATE TABLE payment (
                id                TEXT   NOT NULL PRIMARY KEY,
                booking_id        TEXT   NOT NULL,
                number            BIGINT NOT NULL, -- 1 for the first of its booking
                provider          TEXT   NOT NULL,
                state             TEXT   NOT NULL, -- opening, open, leaving, closing, failed, cancelled, captured
                amount            BIGINT NOT NULL, -- as asked for: the same at each try, with the same key
                currency          TEXT   NOT NULL,
                description       TEXT   NOT NULL,
                provider_key      TEXT   NOT NULL, -- stored before the provider is called
                session           TEXT,            -- as the provider calls it
                checkout_url      TEXT,
                capture           TEXT,            -- as the provider calls it
                captured          BIGINT NOT NULL, -- what the provider took, though it be other than asked for
                captured_currency TEXT,
                captured_at       BIGINT,
                claimed           BIGINT NOT NULL, -- the sum of its refunds that have not failed
                refunded          BIGINT NOT NULL, -- the sum of its refunds that are done
                started_by        TEXT,            -- the idempotency key it was started under
                created_at        BIGINT NOT NULL,
                ended_at          BIGINT,          -- when it failed or was cancelled
                ask_at            BIGINT,          -- when the provider is asked next; NULL where nothing can change
                tries             BIGINT NOT NULL, -- how often in a row asking brought nothing
                UNIQUE (booking_id, number),
                -- Never more back than was taken, whoever races.
                CHECK (0 <= refunded AND refunded <= claimed AND claimed <= captured)
            );
            CREATE INDEX payment_due ON payment (ask_at);
            CREATE TABLE refund (
                id           TEXT   NOT NULL PRIMARY KEY,
                payment_id   TEXT   NOT NULL,
                booking_id   TEXT   NOT NULL,
                cause        TEXT   NOT NULL, -- the event that asked for it, or the capture that should not have been
                reason       TEXT   NOT NULL,
                amount       BIGINT NOT NULL,
                currency     TEXT   NOT NULL,
                state        TEXT   NOT NULL, -- due, asking, done, failed
                provider_key TEXT   NOT NULL, -- stored before the provider is called
                reference    TEXT,            -- as the provider calls it
                created_at   BIGINT NOT NULL,
                ask_at       BIGINT,          -- when the provider is asked next; NULL once it is done or failed
                tries        BIGINT NOT NULL,
                UNIQUE (cause, payment_id),   -- an event makes its refunds once
                CHECK (amount > 0)
            );
            CREATE INDEX refund_due ON refund (ask_at);
            CREATE INDEX refund_booking ON refund (booking_id);
            CREATE TABLE ledger_entry (
                entry_group TEXT   NOT NULL, -- the entries of one capture or refund; they sum to zero
                account     TEXT   NOT NULL, -- provider:NAME, booking:ID
                booking_id  TEXT   NOT NULL,
                payment_id  TEXT   NOT NULL,
                kind        TEXT   NOT NULL, -- capture, refund
                amount      BIGINT NOT NULL, -- into the account; negative: out of it
                currency    TEXT   NOT NULL,
                booked_at   BIGINT NOT NULL,
                PRIMARY KEY (entry_group, account) -- a capture or refund is booked once
            );
            CREATE INDEX ledger_entry_booking ON ledger_entry (booking_id);
            """),
        Migration(
            "payment-0002-test-provider",
            """
            -- What the built-in test provider knows. It plays somebody outside: no other table is read or written
            -- together with these.
            CREATE TABLE test_session (
                token       TEXT   NOT NULL PRIMARY KEY, -- in the address of its page
                provider    TEXT   NOT NULL,
                session_key TEXT   NOT NULL,
                booking_id  TEXT   NOT NULL,
                payment_id  TEXT   NOT NULL,
                amount      BIGINT NOT NULL,
                currency    TEXT   NOT NULL,
                description TEXT   NOT NULL,
                is_open     BIGINT NOT NULL, -- 0 or 1, as the next two
                is_declined BIGINT NOT NULL,
                is_paid     BIGINT NOT NULL,
                UNIQUE (provider, session_key)
            );
            CREATE TABLE test_refund (
                provider   TEXT   NOT NULL,
                refund_key TEXT   NOT NULL,
                token      TEXT   NOT NULL,
                amount     BIGINT NOT NULL,
                PRIMARY KEY (provider, refund_key)
            );
            CREATE INDEX test_refund_token ON test_refund (token);
            """),
        Migration(
            "payment-0003-payables-of-their-own",
            """
            -- A booking may owe several sums, so a payable has an id; the first of a booking is named after it. A program
            -- that knows only one payable for each booking can't run beside this.
            CREATE TABLE booking_version (
                booking_id TEXT   NOT NULL PRIMARY KEY,
                version    BIGINT NOT NULL -- of the last event about it
            );
            INSERT INTO booking_version (booking_id, version) SELECT booking_id, version FROM payable;
            CREATE TABLE payable_with_id (
                id         TEXT   NOT NULL PRIMARY KEY,
                booking_id TEXT   NOT NULL,
                purpose    TEXT   NOT NULL, -- booking, alteration
                state      TEXT   NOT NULL, -- open, closing, closed, paid
                amount     BIGINT,          -- minor units; NULL where it was closed before anybody began to pay
                currency   TEXT,
                winner     TEXT,            -- the payment that counts, once every other way to pay is closed
                created_at BIGINT NOT NULL
            );
            INSERT INTO payable_with_id (id, booking_id, purpose, state, amount, currency, winner, created_at)
                SELECT 'due_' || SUBSTR(booking_id, 5), booking_id, 'booking', state, amount, currency, winner, created_at
                FROM payable;
            DROP TABLE payable;
            ALTER TABLE payable_with_id RENAME TO payable;
            CREATE INDEX payable_booking ON payable (booking_id);
            ALTER TABLE payment ADD COLUMN payable_id TEXT NOT NULL DEFAULT '';
            UPDATE payment SET payable_id = 'due_' || SUBSTR(booking_id, 5);
            CREATE INDEX payment_payable ON payment (payable_id);
            """),
        Migration(
            "payment-0004-providers",
            """
            CREATE TABLE provider_request (
                provider    TEXT   NOT NULL,
                request_key TEXT   NOT NULL, -- our name of the step; with the attempt it is the provider's idempotency key
                attempt     BIGINT NOT NULL, -- from 1; rises once it is known that nothing came of the one before
                body        TEXT   NOT NULL, -- as it goes over the wire, the same at every try
                begun_at    BIGINT NOT NULL, -- when this attempt was first made
                PRIMARY KEY (provider, request_key)
            );
            CREATE TABLE provider_event (
                provider    TEXT   NOT NULL,
                event_id    TEXT   NOT NULL, -- as the provider calls it: an event is stored once
                kind        TEXT   NOT NULL,
                body        TEXT   NOT NULL, -- raw, as it was verified
                received_at BIGINT NOT NULL,
                deliveries  BIGINT NOT NULL, -- how often it came
                due_at      BIGINT,          -- when it is looked into; NULL once that is done
                tries       BIGINT NOT NULL,
                outcome     TEXT,            -- what came of it, in words
                PRIMARY KEY (provider, event_id)
            );
            CREATE INDEX provider_event_due ON provider_event (due_at);
            CREATE TABLE review_case (
                id          TEXT   NOT NULL PRIMARY KEY,
                kind        TEXT   NOT NULL,
                subject     TEXT   NOT NULL, -- what it is about, in the provider's names or ours
                provider    TEXT   NOT NULL,
                booking_id  TEXT,
                payment_id  TEXT,
                amount      BIGINT,
                currency    TEXT,
                detail      TEXT   NOT NULL,
                opened_at   BIGINT NOT NULL,
                resolved_at BIGINT,
                resolved_by TEXT,            -- an operator, or 'system'
                note        TEXT,
                UNIQUE (kind, subject)       -- a matter is one case, however often it is found
            );
            CREATE INDEX review_case_opened ON review_case (opened_at, id);
            CREATE TABLE dispute (
                provider   TEXT   NOT NULL,
                reference  TEXT   NOT NULL, -- as the provider calls it
                payment_id TEXT   NOT NULL,
                booking_id TEXT   NOT NULL,
                amount     BIGINT NOT NULL,
                currency   TEXT   NOT NULL,
                state      TEXT   NOT NULL, -- inquiry, open, won, lost
                reason     TEXT   NOT NULL,
                opened_at  BIGINT NOT NULL,
                closed_at  BIGINT,
                PRIMARY KEY (provider, reference)
            );
            CREATE INDEX dispute_payment ON dispute (payment_id);
            CREATE TABLE provider_check (
                provider      TEXT   NOT NULL PRIMARY KEY,
                checked_until BIGINT NOT NULL, -- up to here the books were compared with the provider's lists
                due_at        BIGINT NOT NULL
            );
            CREATE INDEX payment_capture ON payment (capture);
            CREATE INDEX refund_reference ON refund (reference);
            """),
        Migration(
            "payment-0005-payments-by-age",
            """
            CREATE INDEX payment_created ON payment (created_at, id);
            CREATE INDEX refund_payment ON refund (payment_id, created_at);
            """),
        Migration(
            "payment-0006-unanswered-since",
            """
            ALTER TABLE provider_check ADD COLUMN unanswered_since BIGINT; -- NULL: all was answered at the last look
            """),
        Migration(
            "payment-0007-what-providers-said-by-age",
            """
            -- What is old is removed in small steps, each of which must find it without reading all.
            CREATE INDEX provider_event_received ON provider_event (received_at);
            CREATE INDEX provider_request_begun ON provider_request (begun_at);
            CREATE INDEX refund_provider_key ON refund (provider_key);
            """),
        Migration(
            "payment-0008-events-by-provider",
            """
            -- What waits of one provider, among all that it said.
            DROP INDEX provider_event_due;
            CREATE INDEX provider_event_due ON provider_event (provider, due_at);
            """),
        Migration(
            "payment-0009-returned-at",
            """
            ALTER TABLE payment ADD COLUMN returned_at BIGINT; -- when a guest's return last had its provider asked
            """),
    ]
}

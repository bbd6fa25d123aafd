package import Storage

/// The tables of mails in the Users DB, beside the addresses.
package enum MailMigrations {
    /// In order; never edited once released.
    package static let all = [
        Migration(
            "mail-0001-mails",
            """
            CREATE TABLE mail (
                id         TEXT   NOT NULL PRIMARY KEY,
                event      TEXT   NOT NULL, -- database/subject/version of the event that made it due
                recipient  TEXT   NOT NULL, -- a person's id; the address is looked up when it is sent
                kind       TEXT   NOT NULL,
                subject    TEXT   NOT NULL, -- what it is about: a booking's id, else the person's
                letter     TEXT   NOT NULL, -- JSON: the facts as they were; rendered when it is sent
                state      TEXT   NOT NULL, -- queued, sending, sent, failed, suppressed
                tries      BIGINT NOT NULL,
                due_at     BIGINT NOT NULL, -- while sending: the end of the lease, then someone else may try
                last_error TEXT,
                created_at BIGINT NOT NULL,
                sent_at    BIGINT,
                UNIQUE (event, recipient, kind) -- an event heard twice makes no second mail
            );
            CREATE INDEX mail_due ON mail (state, due_at);
            CREATE INDEX mail_subject ON mail (subject, created_at);
            CREATE INDEX mail_recipient ON mail (recipient, created_at);
            CREATE TABLE mail_attempt (
                mail_id    TEXT   NOT NULL REFERENCES mail (id),
                number     BIGINT NOT NULL, -- from 1
                provider   TEXT   NOT NULL,
                began_at   BIGINT NOT NULL,
                ended_at   BIGINT,          -- NULL: under way, or whoever tried never came back
                outcome    TEXT,            -- sent, failed, suppressed
                error      TEXT,
                PRIMARY KEY (mail_id, number)
            );
            """),
        Migration(
            "mail-0002-delivery-events",
            """
            ALTER TABLE mail ADD COLUMN resends BIGINT NOT NULL DEFAULT 0; -- how often an operator has sent it again
            ALTER TABLE mail ADD COLUMN resent_at BIGINT;                  -- and when the last time
            ALTER TABLE mail ADD COLUMN delivery TEXT; -- what became of it behind the provider: deferred, delivered, …
            CREATE INDEX mail_created ON mail (created_at, id);
            ALTER TABLE mail_attempt ADD COLUMN address TEXT; -- where it went, in lower case
            ALTER TABLE mail_attempt ADD COLUMN receipt TEXT; -- what the provider calls it
            CREATE INDEX mail_attempt_receipt ON mail_attempt (receipt);
            CREATE TABLE mail_webhook (
                id          TEXT   NOT NULL PRIMARY KEY,
                provider    TEXT   NOT NULL,
                token       TEXT   NOT NULL, -- what makes this post one of a kind: Mailgun's token, SendGrid's signature
                body        TEXT   NOT NULL, -- as it came
                received_at BIGINT NOT NULL,
                applied_at  BIGINT,          -- NULL: waits
                error       TEXT,
                UNIQUE (provider, token)     -- a replay finds its first
            );
            CREATE INDEX mail_webhook_waiting ON mail_webhook (applied_at, received_at);
            CREATE TABLE mail_event (
                provider    TEXT   NOT NULL,
                event_id    TEXT   NOT NULL,
                mail_id     TEXT,            -- NULL: about no mail of ours
                kind        TEXT   NOT NULL,
                address     TEXT,
                detail      TEXT,
                occurred_at BIGINT NOT NULL, -- by the provider's clock
                received_at BIGINT NOT NULL,
                PRIMARY KEY (provider, event_id) -- an event told twice is applied once
            );
            CREATE INDEX mail_event_mail ON mail_event (mail_id, occurred_at);
            CREATE TABLE suppressed_address (
                address       TEXT   NOT NULL PRIMARY KEY, -- in lower case
                reason        TEXT   NOT NULL,             -- bounce, complaint
                detail        TEXT   NOT NULL,
                provider      TEXT   NOT NULL,
                mail_id       TEXT,
                suppressed_at BIGINT NOT NULL
            );
            CREATE INDEX suppressed_address_since ON suppressed_address (suppressed_at, address);
            CREATE TABLE mail_notice (
                subject  TEXT   NOT NULL PRIMARY KEY, -- a booking whose guest gets no mails: told once
                noted_at BIGINT NOT NULL
            );
            """),
        Migration(
            "mail-0003-order",
            """
            CREATE INDEX mail_order ON mail (subject, recipient, created_at, id); -- what comes before a letter
            DROP INDEX mail_subject;
            """),
        Migration(
            "mail-0004-webhook-lease",
            """
            -- Until when a post belongs to the node that applies it.
            ALTER TABLE mail_webhook ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
            """),
    ]
}

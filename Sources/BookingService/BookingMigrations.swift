package import Storage

package enum BookingMigrations {
    package static let all = [
        Migration(
            "booking-0001-nights",
            """
            CREATE TABLE claimed_night (
                unit_id    TEXT   NOT NULL,
                night      BIGINT NOT NULL,  -- days since 1970-01-01 of the evening the guest goes to bed, at the property
                booking_id TEXT,             -- NULL: blocked; the reasons are rows of night_block
                PRIMARY KEY (unit_id, night) -- a night is sold once: this line is the double-booking rule, on both engines
            );
            CREATE INDEX claimed_night_booking ON claimed_night (booking_id);
            CREATE TABLE night_block (
                unit_id TEXT   NOT NULL,
                night   BIGINT NOT NULL,
                source  TEXT   NOT NULL, -- who closes it: 'host', 'import'; several may stand on one night
                PRIMARY KEY (unit_id, night, source)
            );
            CREATE TABLE retired_unit (
                unit_id TEXT PRIMARY KEY NOT NULL -- taken off the property: never claimed again, whoever still asks
            );
            CREATE TABLE property_version (
                property_id TEXT PRIMARY KEY NOT NULL,
                version     BIGINT NOT NULL -- of the events about its calendar
            );
            CREATE TABLE calendar_import (
                property_id TEXT PRIMARY KEY NOT NULL,
                digest      TEXT NOT NULL -- of the calendar imported last: the same again changes nothing
            );
            """),
        Migration(
            "booking-0002-bookings",
            """
            CREATE TABLE booking (
                id              TEXT PRIMARY KEY NOT NULL,
                code            TEXT   NOT NULL UNIQUE,
                state           TEXT   NOT NULL,
                property_id     TEXT   NOT NULL,
                unit_id         TEXT,            -- NULL while requested
                guest_id        TEXT   NOT NULL,
                host_id         TEXT   NOT NULL,
                check_in        BIGINT NOT NULL,
                check_out       BIGINT NOT NULL,
                guests          BIGINT NOT NULL,
                total           BIGINT NOT NULL,
                currency        TEXT   NOT NULL,
                lines           TEXT   NOT NULL, -- JSON, as agreed; they sum to total
                agreed          TEXT   NOT NULL, -- JSON: zone, clock times, cancellation terms
                extensions      BIGINT NOT NULL,
                ends_at         BIGINT,          -- when the hold or the request runs out
                due_at          BIGINT,          -- when the course must be looked at again; NULL: no more
                version         BIGINT NOT NULL, -- of its events
                created_at      BIGINT NOT NULL,
                confirmed_at    BIGINT,
                cancelled_at    BIGINT,
                cancelled_by    TEXT,
                reason          TEXT,
                began_as_request BIGINT NOT NULL -- whether the host was asked first
            );
            CREATE INDEX booking_guest ON booking (guest_id, created_at, id);
            CREATE INDEX booking_host ON booking (host_id, created_at, id);
            CREATE INDEX booking_created ON booking (created_at, id);
            CREATE INDEX booking_property ON booking (property_id, guest_id);
            CREATE INDEX booking_due ON booking (due_at);
            CREATE TABLE operator_act (
                id          TEXT PRIMARY KEY NOT NULL,
                operator_id TEXT   NOT NULL,
                subject     TEXT   NOT NULL,
                act         TEXT   NOT NULL,
                at          BIGINT NOT NULL
            );
            """),
        Migration(
            "booking-0003-party",
            """
            ALTER TABLE booking ADD COLUMN party TEXT NOT NULL DEFAULT ''; -- JSON; empty: all guests are adults
            """),
        Migration(
            "booking-0004-operator-log",
            """
            -- What operators did stands in one table of every database.
            INSERT INTO operator_log (id, operator_id, act, subject, reason, at)
                SELECT id, operator_id, act, subject, '', at FROM operator_act;
            DROP TABLE operator_act;
            CREATE INDEX booking_state ON booking (state, created_at, id);
            """),
        Migration(
            "booking-0005-preparation",
            """
            -- So many nights before and after the stay are kept from other bookings, as agreed when it was booked: rows of
            -- night_block. What was booked before this was kept has none.
            ALTER TABLE booking ADD COLUMN preparation BIGINT NOT NULL DEFAULT 0;
            """),
        Migration(
            "booking-0006-alterations",
            """
            CREATE TABLE alteration (
                id           TEXT PRIMARY KEY NOT NULL,
                booking_id   TEXT   NOT NULL,
                number       BIGINT NOT NULL, -- 1 for the first of its booking
                state        TEXT   NOT NULL,
                proposed_by  TEXT   NOT NULL, -- guest, host, operator
                check_in     BIGINT NOT NULL, -- of the stay as it is to be
                check_out    BIGINT NOT NULL,
                before_terms TEXT   NOT NULL, -- JSON: stay, party and total of the booking as it was
                after_terms  TEXT   NOT NULL, -- JSON: the same, lines and terms, as it is to be
                message      TEXT,
                reason       TEXT,
                holding      TEXT   NOT NULL, -- 'widened': the booking has the nights of both stays; 'apart': the new stay is
                                              -- claimed on unit_id under this id; empty: nothing is claimed
                unit_id      TEXT,
                ends_at      BIGINT,          -- when the time to answer or to pay is over
                due_at       BIGINT,          -- when the course must be looked at again; NULL: no more
                created_at   BIGINT NOT NULL,
                agreed_at    BIGINT,
                ended_at     BIGINT,
                UNIQUE (booking_id, number)   -- of two proposals at the same moment one is written
            );
            CREATE INDEX alteration_due ON alteration (due_at);
            """),
        Migration(
            "booking-0007-bookings-by-state",
            """
            -- The open requests of a place, the holds of a guest and what a host has to answer, among all that ever were.
            CREATE INDEX booking_property_state ON booking (property_id, state, created_at, id);
            CREATE INDEX booking_guest_state ON booking (guest_id, state, created_at, id);
            CREATE INDEX booking_host_state ON booking (host_id, state, created_at, id);
            """),
        Migration(
            "booking-0008-doubted-units",
            """
            -- Until then the place may still have the unit: whoever retires it takes it off the place next. NULL: it has not.
            ALTER TABLE retired_unit ADD COLUMN doubted_until BIGINT;
            """),
    ]
}

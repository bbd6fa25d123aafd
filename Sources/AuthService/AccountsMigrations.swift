package import Storage

/// The tables of people in the Users DB.
package enum AccountsMigrations {
    /// In order; never edited once released.
    package static let all = [
        Migration(
            "auth-0001-people",
            """
            CREATE TABLE person (
                id             TEXT   NOT NULL PRIMARY KEY,
                email          TEXT   NOT NULL,        -- as typed
                email_key      TEXT   NOT NULL UNIQUE, -- in lower case: one account for one address
                name           TEXT   NOT NULL,
                email_verified BIGINT NOT NULL,        -- 0 or 1
                is_host        BIGINT NOT NULL,        -- 0 or 1
                is_operator    BIGINT NOT NULL,        -- 0 or 1
                created_at     BIGINT NOT NULL
            );
            CREATE TABLE credential (
                person_id     TEXT   NOT NULL PRIMARY KEY REFERENCES person (id),
                password_hash TEXT   NOT NULL, -- with its parameters, for a later upgrade
                changed_at    BIGINT NOT NULL
            );
            CREATE TABLE session (
                token_hash TEXT   NOT NULL PRIMARY KEY, -- a copy of the database signs nobody in
                person_id  TEXT   NOT NULL REFERENCES person (id),
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX session_person ON session (person_id, created_at);
            CREATE INDEX session_expires ON session (expires_at);
            CREATE TABLE rate_window (
                bucket  TEXT   NOT NULL PRIMARY KEY, -- a hash of what is counted and whose: no address is kept
                hits    BIGINT NOT NULL,
                ends_at BIGINT NOT NULL
            );
            CREATE INDEX rate_window_ends ON rate_window (ends_at);
            """),
        Migration(
            "auth-0002-language",
            """
            ALTER TABLE person ADD COLUMN language TEXT; -- a code, as de; NULL until somebody chooses
            """),
        Migration(
            "auth-0003-people-by-age",
            """
            CREATE INDEX person_created ON person (created_at, id);
            """),
    ]
}

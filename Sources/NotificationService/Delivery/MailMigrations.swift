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
            """)
    ]
}

package import Storage

/// The schema of the Properties DB.
package enum PropertyMigrations {
    package static let all = [
        Migration(
            "property-0001-listings",
            """
            CREATE TABLE property (
                id                  TEXT   PRIMARY KEY NOT NULL,
                version             BIGINT NOT NULL,
                host_id             TEXT   NOT NULL,
                status              TEXT   NOT NULL,
                title               TEXT   NOT NULL,
                room_type           TEXT   NOT NULL,
                country             TEXT   NOT NULL,
                city                TEXT   NOT NULL,
                neighbourhood       TEXT,
                latitude            DOUBLE PRECISION NOT NULL,
                longitude           DOUBLE PRECISION NOT NULL,
                maximum_guests      BIGINT NOT NULL,
                bedrooms            BIGINT NOT NULL,
                beds                BIGINT NOT NULL,
                half_bathrooms      BIGINT NOT NULL,
                amenities           TEXT   NOT NULL, -- codes with a space between: one row is one read
                price               BIGINT,          -- minor units; NULL only in a draft
                currency            TEXT,
                minimum_nights      BIGINT NOT NULL,
                maximum_nights      BIGINT NOT NULL,
                instant_book        BIGINT NOT NULL,
                unit_count          BIGINT NOT NULL,
                cancellation_policy TEXT   NOT NULL,
                rating_hundredths   BIGINT,
                rating_count        BIGINT NOT NULL,
                photos              TEXT   NOT NULL, -- JSON; empty for none
                zone                TEXT   NOT NULL,
                check_in_from       TEXT   NOT NULL,
                check_out_by        TEXT   NOT NULL,
                open_until          BIGINT,
                source_name         TEXT,
                source_id           TEXT,
                description         TEXT   NOT NULL, -- late in the row: summaries leave it out
                source_digest       BIGINT,          -- of the listing as last imported: the same again changes nothing
                created_at          BIGINT NOT NULL,
                changed_at          BIGINT NOT NULL,
                UNIQUE (source_name, source_id)
            );
            CREATE INDEX property_host ON property (host_id, created_at);

            CREATE TABLE operator_change ( -- what operators changed of listings that are not theirs
                property_id TEXT   NOT NULL,
                version     BIGINT NOT NULL,
                operator_id TEXT   NOT NULL,
                at          BIGINT NOT NULL,
                PRIMARY KEY (property_id, version)
            );

            CREATE TABLE amenity (
                code         TEXT   PRIMARY KEY NOT NULL,
                name         TEXT   NOT NULL,
                listed_count BIGINT NOT NULL -- how many listed places have it; kept with each change of one
            );
            """),
        Migration(
            "property-0002-nights",
            """
            CREATE TABLE booked_night ( -- a copy of the claims that bookings have
                unit_id    TEXT   NOT NULL,
                night      BIGINT NOT NULL, -- days since 1970-01-01
                booking_id TEXT   NOT NULL, -- events of two bookings may come in any order: each has its own rows
                PRIMARY KEY (unit_id, night, booking_id)
            );

            CREATE TABLE unit_word ( -- 64 nights of a unit
                property_id TEXT   NOT NULL,
                word        BIGINT NOT NULL, -- day number / 64, rounded down
                unit_id     TEXT   NOT NULL,
                blocked     BIGINT NOT NULL, -- bit n is the night word * 64 + n
                booked      BIGINT NOT NULL, -- from booked_night
                PRIMARY KEY (property_id, word, unit_id)
            );

            CREATE TABLE property_word ( -- 64 nights of a property: what a search needs in one look
                property_id TEXT   NOT NULL,
                word        BIGINT NOT NULL,
                place       BIGINT NOT NULL, -- as in search_entry: neighbours on the map are neighbours in the index
                taken       BIGINT NOT NULL, -- nights that no unit has free
                rules       TEXT   NOT NULL, -- prices and minimums per night, as runs; empty for none
                PRIMARY KEY (property_id, word)
            );
            CREATE INDEX property_word_place ON property_word (word, place, property_id, taken, rules);
            """),
        Migration(
            "property-0003-search",
            """
            CREATE TABLE search_entry ( -- listed places only, as a search filters them
                property_id       TEXT   PRIMARY KEY NOT NULL,
                cell              BIGINT NOT NULL, -- of a grid of tenths of a degree
                place             BIGINT NOT NULL, -- the cell and, below it, a number of the property's own
                sizes             BIGINT NOT NULL, -- guests, rooms, rating … in one number: see PackedSizes
                amenities         BIGINT NOT NULL, -- a bit for each of the common ones
                price             BIGINT NOT NULL,
                currency          TEXT   NOT NULL,
                recommendation    BIGINT NOT NULL,
                rating_hundredths BIGINT NOT NULL, -- -1 without ratings
                latitude          DOUBLE PRECISION NOT NULL,
                longitude         DOUBLE PRECISION NOT NULL,
                country           TEXT   NOT NULL,
                city              TEXT   NOT NULL, -- folded
                neighbourhood     TEXT   NOT NULL, -- folded; empty for none
                minimum_nights    BIGINT NOT NULL,
                maximum_nights    BIGINT NOT NULL,
                open_until        BIGINT NOT NULL, -- far away for none
                unit_count        BIGINT NOT NULL,
                zone              TEXT   NOT NULL
            );
            CREATE INDEX search_entry_city ON search_entry (city, cell);
            CREATE INDEX search_entry_neighbourhood ON search_entry (neighbourhood, cell);
            CREATE INDEX search_entry_country ON search_entry (country, cell);
            -- All that a search compares, in the order of the map: a city is a few runs of this index and nothing else
            -- is read. Looking each place up in the table took seven times as long.
            CREATE INDEX search_entry_place ON search_entry (place, sizes, amenities, price, recommendation,
                rating_hundredths, property_id, latitude, longitude, city, neighbourhood, country, currency,
                minimum_nights, maximum_nights, open_until, unit_count, zone);

            CREATE TABLE search_text ( -- apart, so that entries stay small
                property_id TEXT PRIMARY KEY NOT NULL,
                words       TEXT NOT NULL, -- title and description, folded
                amenities   TEXT NOT NULL  -- all codes, each between spaces
            );
            """),
        Migration(
            "property-0004-rules",
            """
            CREATE TABLE property_rules ( -- seasons, fees, taxes …: only of places whose host has set some
                property_id TEXT   PRIMARY KEY NOT NULL,
                version     BIGINT NOT NULL, -- rises with each change and never begins again
                rules       TEXT   NOT NULL, -- JSON; empty for none any more
                changed_at  BIGINT NOT NULL
            );
            CREATE TABLE operator_rule_change ( -- what operators changed of rules that are not theirs
                property_id TEXT   NOT NULL,
                version     BIGINT NOT NULL,
                operator_id TEXT   NOT NULL,
                at          BIGINT NOT NULL,
                PRIMARY KEY (property_id, version)
            );
            """),
        Migration(
            "property-0005-operator-log",
            """
            -- What operators did stands in one table of every database.
            INSERT INTO operator_log (id, operator_id, act, subject, reason, at)
                SELECT 'listing-' || property_id || '-' || CAST(version AS TEXT), operator_id, 'change listing',
                    property_id, '', at FROM operator_change;
            INSERT INTO operator_log (id, operator_id, act, subject, reason, at)
                SELECT 'rules-' || property_id || '-' || CAST(version AS TEXT), operator_id, 'change rules',
                    property_id, '', at FROM operator_rule_change;
            DROP TABLE operator_change;
            DROP TABLE operator_rule_change;
            CREATE INDEX property_created ON property (created_at, id);
            """),
        Migration(
            "property-0006-preparation",
            """
            CREATE TABLE prepared_night ( -- a copy of the nights that bookings keep from others to prepare
                unit_id    TEXT   NOT NULL,
                night      BIGINT NOT NULL, -- days since 1970-01-01
                booking_id TEXT   NOT NULL,
                PRIMARY KEY (unit_id, night, booking_id)
            );
            CREATE INDEX prepared_night_booking ON prepared_night (booking_id);
            ALTER TABLE unit_word ADD COLUMN prepared BIGINT NOT NULL DEFAULT 0; -- from prepared_night
            """),
        Migration(
            "property-0007-source-said",
            """
            -- What the source last said, part by part as fingerprints: what differs from it, the host has changed. It
            -- takes the place of source_digest, which nobody writes any more.
            ALTER TABLE property ADD COLUMN source_said TEXT;
            """),
        Migration(
            "property-0008-guessed-position",
            """
            -- 1: no source and no host has said where it is; its position is the middle of others.
            ALTER TABLE property ADD COLUMN position_guessed BIGINT NOT NULL DEFAULT 0;
            """),
    ]
}

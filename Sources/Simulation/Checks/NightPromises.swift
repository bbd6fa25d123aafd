import Storage

/// Nights have at most one owner, and owners have exactly their nights. Each query finds what is broken.
enum NightPromises {
    static let all: [SQL] = [
        """
        SELECT 'a night has two owners', unit_id FROM claimed_night GROUP BY unit_id, night HAVING COUNT(*) > 1
        """,
        """
        SELECT 'lies nearer to another live booking of the unit than was agreed', a.id
        FROM booking AS a JOIN booking AS b ON b.unit_id = a.unit_id AND b.id <> a.id
            AND a.check_in - a.preparation < b.check_out AND b.check_in < a.check_out + a.preparation
        WHERE a.state IN ('held', 'closing', 'confirmed', 'completed')
            AND b.state IN ('held', 'closing', 'confirmed', 'completed')
        """,
        """
        SELECT 'is live and does not own each of its nights', b.id FROM booking AS b
        WHERE b.state IN ('held', 'closing', 'confirmed', 'completed') AND b.check_out - b.check_in <> (
            SELECT COUNT(*) FROM claimed_night AS c WHERE c.booking_id = b.id AND c.unit_id = b.unit_id
                AND c.night >= b.check_in AND c.night < b.check_out)
        """,
        """
        SELECT 'owns a night that is not its own', c.booking_id
        FROM claimed_night AS c LEFT JOIN booking AS b ON b.id = c.booking_id
        WHERE c.booking_id IS NOT NULL AND (
            b.id IS NULL OR b.unit_id IS NULL OR b.unit_id <> c.unit_id OR c.night < b.check_in
            OR c.night >= b.check_out OR b.state IN ('requested', 'declined', 'expired', 'abandoned', 'lapsed'))
        """,
        """
        SELECT 'a night is blocked for no reason', c.unit_id FROM claimed_night AS c
        WHERE c.booking_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM night_block AS n WHERE n.unit_id = c.unit_id AND n.night = c.night)
        """,
        """
        SELECT 'a night is closed and could be sold', n.unit_id FROM night_block AS n
        WHERE NOT EXISTS (SELECT 1 FROM claimed_night AS c WHERE c.unit_id = n.unit_id AND c.night = n.night)
        """,
        """
        SELECT 'is another booking''s, and kept to prepare', n.unit_id FROM night_block AS n
        JOIN claimed_night AS c ON c.unit_id = n.unit_id AND c.night = n.night
        WHERE n.source LIKE 'preparation for %' AND c.booking_id IS NOT NULL
        """,
        """
        SELECT 'is live and does not keep its nights to prepare', b.id FROM booking AS b
        WHERE b.preparation > 0 AND b.state IN ('held', 'closing', 'confirmed', 'completed') AND 2 * b.preparation <> (
            SELECT COUNT(*) FROM night_block AS n WHERE n.unit_id = b.unit_id AND n.source = 'preparation for ' || b.id
                AND (n.night < b.check_in OR n.night >= b.check_out) AND n.night >= b.check_in - b.preparation
                AND n.night < b.check_out + b.preparation)
        """,
        """
        SELECT 'has ended and keeps nights to prepare', b.id FROM booking AS b
        JOIN night_block AS n ON n.unit_id = b.unit_id AND n.source = 'preparation for ' || b.id
        WHERE b.state IN ('requested', 'declined', 'expired', 'abandoned', 'lapsed')
        """,
        """
        SELECT 'is held or requested without an end', id FROM booking
        WHERE state IN ('held', 'requested') AND (ends_at IS NULL OR due_at IS NULL)
        """,
    ]
}

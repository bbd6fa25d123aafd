public import Core

extension CancellationTerms {
    /// The same terms for another day of check-in: days and hours before it count back from the new one, and what counts
    /// from the confirmation (a grace) stays, until the new check-in at most.
    public func moved(
        from old: LocalDay, to new: LocalDay, at time: TimeOfDay, in zone: Zone, bookedAt: Instant
    ) -> CancellationTerms {
        let (oldAt, newAt) = (zone.instant(of: old, at: time), zone.instant(of: new, at: time))
        let movedGrace = grace.map { Grace(hours: $0.hours, latest: newAt, began: $0.began) }
        if let policy {
            let before = CancellationTerms(policy, bookedAt: bookedAt, checkIn: old, from: time, in: zone)
            let after = CancellationTerms(policy, bookedAt: bookedAt, checkIn: new, from: time, in: zone)
            // Only bookings of before a grace was kept apart have one here.
            let others = steps.filter { !before.steps.contains($0) }
            return CancellationTerms(
                policy, after.steps + others.map { $0.ending(by: newAt) }, grace: movedGrace, bookedAt: bookedAt)
        }
        let moved = steps.map { step in
            let days = zone.day(at: step.until).distance(to: old)
            let isDays = days >= 0 && step.until == zone.instant(of: old.advanced(by: -days), at: time)
            return isDays && step.until <= oldAt
                ? Step(percent: step.percent, until: zone.instant(of: new.advanced(by: -days), at: time))
                : step.ending(by: newAt)
        }
        return CancellationTerms(nil, moved, grace: movedGrace, bookedAt: bookedAt)
    }
}

extension CancellationTerms.Step {
    fileprivate func ending(by moment: Instant) -> Self { Self(percent: percent, until: min(until, moment)) }
}

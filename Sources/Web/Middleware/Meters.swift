import HTTPTypes
import Synchronization

/// What `/metrics` tells about requests: how many, how long, by route and status.
final class Meters: Sendable {
    /// The route of what no route took.
    static let noRoute = "NotFound"
    /// Upper bounds in seconds: from a read by key to the slowest answer a person waits for.
    private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Counts of one method and route.
    private final class Meter: Sendable {
        struct Counts {
            var byStatus: [Int: Int] = [:]
            var buckets = [Int](repeating: 0, count: Meters.bounds.count)
            var seconds = 0.0
            var count = 0
        }
        /// Guards the counts; held for some additions.
        let counts = Mutex(Counts())
    }

    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let route: String
    }

    /// Fixed at the start, so that only a meter's own counts are shared. Methods nobody registered share one meter.
    private let meters: [Key: Meter]
    private let other = Meter()
    private let inFlight = Atomic<Int>(0)

    init(_ routes: [Routes.Entry]) {
        var meters: [Key: Meter] = [:]
        for route in routes {
            meters[Key(method: route.method, route: route.path)] = Meter()
            if route.method == .get { meters[Key(method: .head, route: route.path)] = Meter() }
        }
        self.meters = meters
    }

    func began() { inFlight.add(1, ordering: .relaxed) }

    func ended(_ method: HTTPRequest.Method, _ route: String, status: Int, _ duration: Duration) {
        inFlight.subtract(1, ordering: .relaxed)
        let seconds = duration.seconds
        (meters[Key(method: method, route: route)] ?? other).counts.withLock { counts in
            counts.byStatus[status, default: 0] += 1
            counts.count += 1
            counts.seconds += seconds
            if let bucket = Meters.bounds.firstIndex(where: { seconds <= $0 }) { counts.buckets[bucket] += 1 }
        }
    }

    /// The text format of Prometheus, version 0.0.4.
    func text() -> String {
        var out = "# HELP roost_http_requests_in_flight Requests being answered.\n"
        out += "# TYPE roost_http_requests_in_flight gauge\n"
        out += "roost_http_requests_in_flight \(inFlight.load(ordering: .relaxed))\n"
        let all = meters.map { ($0.method.rawValue, $0.route, $1) } + [("other", Meters.noRoute, other)]
        let counted = all.map { ($0, $1, $2.counts.withLock { $0 }) }.filter { $2.count > 0 }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        out += "# HELP roost_http_requests_total Requests answered, by route and status.\n"
        out += "# TYPE roost_http_requests_total counter\n"
        for (method, route, counts) in counted {
            for (status, count) in counts.byStatus.sorted(by: { $0.key < $1.key }) {
                let labels = "method=\"\(method)\",route=\"\(route)\",status=\"\(status)\""
                out += "roost_http_requests_total{\(labels)} \(count)\n"
            }
        }
        out += "# HELP roost_http_request_seconds How long answers took, by route.\n"
        out += "# TYPE roost_http_request_seconds histogram\n"
        for (method, route, counts) in counted {
            let labels = "method=\"\(method)\",route=\"\(route)\""
            var sum = 0
            for (bound, count) in zip(Meters.bounds, counts.buckets) {
                sum += count
                out += "roost_http_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(sum)\n"
            }
            out += "roost_http_request_seconds_bucket{\(labels),le=\"+Inf\"} \(counts.count)\n"
            out += "roost_http_request_seconds_sum{\(labels)} \(counts.seconds)\n"
            out += "roost_http_request_seconds_count{\(labels)} \(counts.count)\n"
        }
        return out
    }
}

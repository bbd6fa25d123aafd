import Core
import Foundation
import Hummingbird

/// What whoever runs the server asks: is it alive, can it serve, how is it doing.
struct OperatorRoutes {
    func add(to routes: inout Routes) {
        routes.get("/healthz", health)
        routes.get("/readyz", readiness)
        routes.get("/metrics", metrics)
    }

    @Sendable func health(_ visit: Visit) async throws -> Response {
        .json { json in
            json.object { $0.member("status", "alive") }
        }
    }

    @Sendable func readiness(_ visit: Visit) async throws -> Response {
        let databases = await visit.site.probes.databases()
        let away = databases.filter { !$0.isReady }.map(\.name)
        guard away.isEmpty else {
            throw Problem(
                .unavailable, "Not every database answers: \(away.joined(separator: ", ")).", retryAfterSeconds: 2)
        }
        return .json { json in
            json.object { answer in
                answer.member("status", "ready")
                answer.list("databases", databases) { $0.value($1.name) }
            }
        }
    }

    @Sendable func metrics(_ visit: Visit) async throws -> Response {
        var text = visit.site.meters.text()
        var gauges = await visit.site.probes.gauges()
        if let bytes = residentBytes() {
            gauges.append(Gauge("process_resident_memory_bytes", help: "Resident memory in bytes.", Double(bytes)))
        }
        var named: Set<String> = []
        for gauge in gauges {
            if named.insert(gauge.name).inserted {
                text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n"
            }
            let labels = gauge.labels.map { "\($0)=\"\(OperatorRoutes.escaped($1))\"" }.joined(separator: ",")
            text += gauge.name + (labels.isEmpty ? "" : "{\(labels)}") + " \(gauge.value)\n"
        }
        return .bytes(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// The value of a label between its quotes.
    static func escaped(_ label: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in label.unicodeScalars {
            if scalar == "\\" || scalar == "\"" || scalar == "\n" { out.append("\\") }
            out.append(scalar == "\n" ? "n" : scalar)
        }
        return String(out)
    }

    /// From `/proc/self/statm`, whose second number is resident pages; nothing where there is no such file.
    private func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map {
            $0 * sysconf(Int32(_SC_PAGESIZE))
        }
    }
}

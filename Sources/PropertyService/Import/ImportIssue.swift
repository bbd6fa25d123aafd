/// What is wrong with one row of a file that is imported.
package struct ImportIssue: Sendable, Equatable, CustomStringConvertible {
    package enum Severity: String, Sendable {
        /// The row is loaded, but not quite as it stands.
        case warn
        /// The row is left out.
        case reject
    }

    /// Which of the two files.
    package enum File: String, Sendable { case listings, calendar }

    package let file: File
    /// The physical line on which the record begins, from 1; the header is usually line 1.
    package let line: Int
    /// The listing, as far as it could be read.
    package let id: String?
    package let severity: Severity
    package let message: String

    /// `listings line 7 (listing 12): the price is not a positive number: "-50" — left out`.
    package var description: String {
        let listing = id.map { " (listing \($0))" } ?? ""
        return "\(file.rawValue) line \(line)\(listing): \(message)\(severity == .reject ? " — left out" : "")"
    }
}

/// Why a file is not loaded at all: it is not such a CSV, or it can't be read.
package struct ImportRefusal: Error, Equatable, CustomStringConvertible {
    /// The name of the file.
    package let file: String
    package let line: Int?
    package let why: String

    package var description: String {
        let place = line.map { ", line \($0)" } ?? ""
        return "\(file)\(place): \(why); nothing was loaded"
    }
}

/// What goes on with the rows of a file, kept while it is checked.
struct IssueList: Sendable {
    /// How many are kept with their words: a file with a fault in every row must not fill the memory.
    static let most = 10_000

    private(set) var issues: [ImportIssue] = []
    private(set) var warned = 0
    private(set) var rejected = 0

    mutating func add(_ issue: ImportIssue) {
        switch issue.severity {
        case .warn: warned += 1
        case .reject: rejected += 1
        }
        if issues.count < IssueList.most { issues.append(issue) }
    }
}

public import Core

extension StorageError: Trouble {
    public var retryAfterSeconds: Int? {
        switch self {
        case .overloaded: 1
        case .unavailable, .unknownOutcome: 2
        case .fault: nil
        }
    }
}

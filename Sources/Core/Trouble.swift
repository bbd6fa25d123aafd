/// An error that is not a "no": the house could not do it. Storage's errors are such; `Web` answers with 503 where asking
/// again may help and with 500 where it won't.
public protocol Trouble: Error {
    /// In how many whole seconds asking again may help; nothing for a fault of ours.
    var retryAfterSeconds: Int? { get }
}

import Core
import Crypto
import HTTPTypes
import Hummingbird
import Mustache

/// The browser that a page is shown to, by a cookie: the session's, or one of its own for who is not signed in.
struct Browser: Sendable {
    static let cookieName = "roost_form"

    private let secret: [UInt8]
    /// Set where the browser has no cookie yet.
    let newCookie: String?
    private let world: World

    init(_ visit: Visit) {
        world = visit.site.world
        if let known = Browser.cookie(of: visit) {
            secret = Browser.secret(of: known)
            newCookie = nil
        } else {
            let fresh = Base32.text(of: world.random(16))
            secret = Browser.secret(of: fresh)
            newCookie = fresh
        }
    }

    /// What a request is let through by; nothing where it brings neither cookie.
    static func cookie(of visit: Visit) -> String? {
        guard let header = visit.request.headers[.cookie] else { return nil }
        let found = [SessionCookie.name, cookieName].lazy.compactMap { Credentials.cookie($0, in: header) }
        return found.first { !$0.isEmpty && $0.utf8.count <= 256 }
    }

    private static func secret(of cookie: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("roost form \(cookie)".utf8)).prefix(FormToken.size))
    }

    /// Each time another text for the same secret: an answer that is packed and shows what was asked for gives nothing
    /// away by its length (BREACH).
    var token: String {
        let pad = world.random(FormToken.size)
        return Hexadecimal.text(of: pad + zip(pad, secret).map { $0 ^ $1 })
    }

    func accepts(_ token: String) -> Bool { FormToken.isRight(token, for: secret) }
}

/// The token as a page has it: made where a form asks for it, so that it is known afterwards whether one did.
final class ShownToken: MustacheCustomRenderable {
    private let browser: Browser
    private(set) var isShown = false

    init(_ browser: Browser) { self.browser = browser }

    var renderText: String {
        isShown = true
        return browser.token
    }
    var isNull: Bool { false }
}

/// Ties a form to the browser it was shown to. Another site can make that browser send a form, and cannot read the page
/// that has the token.
enum FormToken {
    static let field = "token"
    static let refusal = Problem(
        .forbidden, "This form is too old, or came from another site. Open its page again and send it from there.")
    static let size = 16

    static func isRight(_ token: String, for secret: [UInt8]) -> Bool {
        let digits = token.utf8.compactMap { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard token.utf8.count == 4 * size, digits.count == 4 * size, secret.count == size else { return false }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        // All bytes are looked at, so that the time tells nothing.
        return zip(zip(bytes.prefix(size), bytes.suffix(size)), secret).reduce(UInt8(0)) {
            $0 | ($1.0.0 ^ $1.0.1 ^ $1.1)
        }
            == 0
    }
}

extension PageVisit {
    /// - Throws: `Problem` `forbidden` for a form without the token of this browser. Who brings no cookie, or signs the
    ///   request with a token of their own, is no browser that somebody could have led here.
    func requireToken(of form: Form) throws(Problem) {
        guard !request.headers.contains(.authorization), Browser.cookie(of: visit) != nil else { return }
        guard browser.accepts(form[FormToken.field]) else { throw FormToken.refusal }
    }

    /// The idempotency key of a form: sent twice, it counts once.
    /// - Throws: `Problem` `validation_failed` on the form as a whole where it has none, or one that is none of ours.
    func once(_ form: Form) throws(Problem) -> Once {
        let caller = try requireCaller()
        let key = form["key"]
        guard (1...IdempotencyKey.longest).contains(key.unicodeScalars.count) else {
            throw Problem.incompleteForm(texts)
        }
        return Once(
            key: IdempotencyKey(person: caller.id, path: request.uri.path, key: key),
            bodyHash: form.hash(without: [FormToken.field, "key"]))
    }

    /// A fresh one, for a form that is shown.
    var freshKey: String { Base32.text(of: site.world.random(16)) }
}

import AuthService
import Core
import HTTPTypes
import Hummingbird

/// The language in which a guest leaves for a provider's page. What providers are told where to send them back to has
/// none, and is the same for every try: the browser keeps it meanwhile.
enum PayingLanguage {
    private static let cookie = "roost_language"
    /// Providers' pages stay open no longer.
    private static let seconds = 24 * 60 * 60

    /// In which language they left.
    static func of(_ request: Request) -> Language? {
        request.headers[.cookie].flatMap { Credentials.cookie(cookie, in: $0) }.flatMap { Language(rawValue: $0) }
    }

    /// Whether they come from another site, as from a provider's page, and not by a link of ours.
    static func isComingBack(_ request: Request) -> Bool { request.headers[.fetchSite] == "cross-site" }

    fileprivate static func kept(_ language: Language, isSecure: Bool) -> String {
        let secure = isSecure ? "; Secure" : ""
        return "\(cookie)=\(language.code); Max-Age=\(seconds); Path=/; HttpOnly; SameSite=Lax\(secure)"
    }
}

extension PageVisit {
    /// Off to where a payment is made. The test provider's page is one of ours and speaks this language.
    func leaveToPay(at address: String) -> Response {
        let base = site.settings.baseURL
        let isOurs = address.hasPrefix(base + "/test-checkout/")
        let there = isOurs ? base + path(String(address.dropFirst(base.count))) : address
        return .seeOther(
            there, headers: [.setCookie: PayingLanguage.kept(language, isSecure: site.settings.isSecure)])
    }
}

import AuthService
import Core
import NotificationService
import PaymentService
import PropertyService
import Testing

@testable import Web

@Suite("What the operator's pages call things")
struct OperatorWordsTests {
    @Test("Whatever kind a service knows has its words in every language", arguments: Language.allCases)
    func kinds(_ language: Language) throws {
        let texts = try Wordbook.shipped.get().texts(language)
        let keys =
            MoneyCase.Kind.allCases.flatMap { ["case.\($0.rawValue).name", "case.\($0.rawValue).about"] }
            + LetterKind.allCases.map { "letter.\($0.rawValue)" }
            + MailDelivery.State.allCases.map { "mailState.\($0.rawValue)" }
            + MailDelivery.Outcome.allCases.map { "mailEvent.\($0.rawValue)" }
            + PaymentStatus.allCases.map { "paymentStatus.\($0.rawValue)" }
            + Purpose.allCases.map { "purpose.\($0.rawValue)" }
            + GivenBack.State.allCases.map { "refund.\($0.rawValue)" }
            + PropertyStatus.allCases.map { "listingStatus.\($0.rawValue)" }
            + Role.allCases.map { "role.\($0.rawValue)" }
        for key in keys { #expect(texts.known("operator.\(key)") != nil, "\(key)") }
    }
}

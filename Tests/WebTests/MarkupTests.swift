import Testing

@testable import Web

@Suite("Texts of an operator")
struct MarkupTests {
    @Test(
        "Names of files stand apart, whatever is in them; a mark alone is text",
        arguments: [
            ("a file `terms.md` here", "a file <code dir=\"ltr\">terms.md</code> here"),
            ("`a` and `b`", "<code dir=\"ltr\">a</code> and <code dir=\"ltr\">b</code>"),
            ("`**<b>**`", "<code dir=\"ltr\">**&lt;b&gt;**</code>"), ("it`s", "it`s"), ("``", "``"),
            ("**`x`", "**<code dir=\"ltr\">x</code>"), ("[`](/help)", "<a href=\"/help\">`</a>"),
        ])
    func code(text: String, html: String) {
        #expect(Markup(text).html.text == "<p>\(html)</p>")
    }
}

import Core
import Testing

@testable import Web

@Suite("Templates")
struct TemplateTests {
    private func filled(_ template: String) throws -> String {
        let texts = try Wordbook.shipped.get().texts(.german)
        return try Templates.filled(template, named: "some", texts, ["root": "/de", "scriptWords": "{}"])
    }

    @Test("Sentences and constants are put in, the rest is left to the library")
    func good() throws {
        #expect(
            try filled("<a href=\"{{root}}/trips\">{{t.photos.enlarge}}</a>{{#trips}}{{title}}{{/trips}}")
                == "<a href=\"/de/trips\">Bild größer ansehen</a>{{#trips}}{{title}}{{/trips}}")
        let others = [
            "{{>parts/form}}", "{{<layout}}{{$main}}{{/main}}{{/layout}}", "{{! t.x and root }}", "{{{navHTML}}}",
            "{{#roots}}{{/roots}}", "{{total}} {{^title}}{{/title}} {{.}}",
        ]
        for other in others { #expect(try filled(other) == other) }
    }

    @Test(
        "What would be found nowhere stops the start",
        arguments: [
            "{{t.nothing.such}}", "{{#t.photos.enlarge}}x", "{{^root}}x", "{{#root}}x", "{{/root}}",
            "{{{t.photos.enlarge}}}",
            "{{&t.photos.enlarge}}", "{{ t.photos.enlarge }}", "{{t.photos.enlarge }}", "{{# t.photos.enlarge}}",
            "{{#t}}",
            "{{{root}}}", "{{ root}}", "{{{ scriptWords }}}",
        ])
    func bad(_ template: String) {
        #expect(throws: TemplateError.self) { try filled("before {{lang}} \(template) behind") }
    }
}

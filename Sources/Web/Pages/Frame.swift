/// What surrounds every page: head, the way home, the foot.
enum Frame {
    static func html(_ title: String, _ body: HTML, isWide: Bool = false, head: HTML = "") -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title)</title>
        <link rel="stylesheet" href="/assets/roost.css">
        \(head)
        </head>
        <body\(isWide ? " class=\"wide\"" as HTML : "")>
        <header><a class="brand" href="/">Roost</a></header>
        <main>
        \(body)
        </main>
        <footer>Roost, a booking platform for places to stay. <a href="/api/docs">API</a></footer>
        </body>
        </html>

        """
    }
}

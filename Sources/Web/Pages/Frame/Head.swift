/// What a page says about itself: to the browser's tab, to search engines, to whom it is sent.
struct Head {
    /// What it is, and where: the product's name is added.
    var title: String
    var description: String?
    /// The plain address without dates, guests or sorting; nothing for pages that are nobody's business.
    var canonical: String?
    /// Read by search engines and not shown by them: results for dates and filters.
    var isNotIndexed = false
    /// A picture to share, as a plain address; nothing takes the house's own.
    var image: String?
    var openGraphType = "website"
    /// Facts for search engines (schema.org), already encoded.
    var jsonLD: HTML?
    /// Room for tables and lists side by side.
    var isWide = false
    /// In the foot of a narrow screen something sticks: the page leaves room for it.
    var hasBottomBar = false
    /// The home page has the whole search form itself.
    var hidesSearch = false

    init(_ title: String) { self.title = title }
}

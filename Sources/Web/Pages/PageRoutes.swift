/// Every page, by the part of the house it belongs to. How to add one: docs/pages.md.
struct PageRoutes {
    let settings: WebSettings
    /// Whether everyone's mails may be read, as in a demo.
    let hasMail: Bool

    func add(to routes: inout Routes) {
        // Guests
        HomePage().add(to: &routes)
        ResultsPage().add(to: &routes)
        PropertyPage().add(to: &routes)
        PhotoPage().add(to: &routes)
        BookPages().add(to: &routes)
        CheckoutPages().add(to: &routes)
        Drawings().add(to: &routes)
        PlaceSuggestions().add(to: &routes)
        SharePictures().add(to: &routes)
        TripPages().add(to: &routes)
        ChangePages(side: .trip).add(to: &routes)

        // Hosts
        ListingsPage().add(to: &routes)
        NewListingPage().add(to: &routes)
        ListingPage().add(to: &routes)
        EditorPages().add(to: &routes)
        EditorListPages().add(to: &routes)
        PriceCheckPage().add(to: &routes)
        HostCalendarPage().add(to: &routes)
        HostBookingsPage().add(to: &routes)
        HostBookingPages().add(to: &routes)
        ChangePages(side: .hosting).add(to: &routes)
        EarningsPage().add(to: &routes)

        // People
        SignInPages().add(to: &routes)
        AccountPages().add(to: &routes)

        // The operator
        OverviewPage().add(to: &routes)
        BookingDesk().add(to: &routes)
        PaymentDesk().add(to: &routes)
        CasePages().add(to: &routes)
        StuckEventPages().add(to: &routes)
        PeoplePages().add(to: &routes)
        ListingPages().add(to: &routes)
        MailDesk().add(to: &routes)
        LogPage().add(to: &routes)

        // The house
        TextPages().add(to: &routes)
        RobotPages().add(to: &routes)
        DocsPages().add(to: &routes)
        TestCheckoutPages().add(to: &routes)
        if hasMail { MailPages().add(to: &routes) }
        if settings.isDemo { StyleguidePages().add(to: &routes) }
    }
}

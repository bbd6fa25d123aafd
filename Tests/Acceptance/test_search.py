"""Finding places: every parameter, every order, and totals that the quote confirms."""

import pytest

from roost.client import fields
from roost.trade import People, book, day, place, quote, usd

# Columns that Inside Airbnb's detailed file has had, as far as the import needs them; ratings only come by import.
LISTINGS = """\
id,name,description,host_id,host_name,neighbourhood_cleansed,latitude,longitude,room_type,accommodates,bathrooms,bedrooms,beds,\
amenities,price,minimum_nights,maximum_nights,number_of_reviews,review_scores_rating,instant_bookable
901,Rated best,Hill,1,A,Old Town,42.6526,-73.7562,Entire home/apt,4,1,2,2,"[""Wifi""]",$90.00,1,365,12,4.95,t
902,Rated well,Hill,1,A,Old Town,42.6527,-73.7563,Private room,2,1,1,1,"[""Wifi"", ""Hot tub""]",$60.00,1,365,40,4.20,f
903,Never rated,Hill,1,A,New Town,42.6528,-73.7564,Entire home/apt,3,1,1,1,"[]",$75.00,1,365,0,,t
"""

LYON = {"country": "FR", "city": "Lyon", "latitude": 45.7640, "longitude": 4.8357}
OULLINS = {"country": "FR", "city": "Oullins", "neighbourhood": "La Saulaie", "latitude": 45.7160, "longitude": 4.8080}
OPFIKON = {"country": "CH", "city": "Opfikon", "latitude": 47.4317, "longitude": 8.5759}
MONTREAL = {"country": "CA", "city": "Montréal", "neighbourhood": "Le Plateau-Mont-Royal", "latitude": 45.5245, "longitude": -73.5804}
FIJI_EAST = {"country": "FJ", "city": "Taveuni", "latitude": -16.85, "longitude": -179.97}
FIJI_WEST = {"country": "FJ", "city": "Labasa", "latitude": -16.43, "longitude": 179.37}


class World:
    """A few places whose answers are known by heart."""

    def __init__(self, server):
        self.people = People(server)
        self.anyone = self.people.anyone
        host = self.people.host
        self.places = {
            "lyon": place(host, title="Roof over Lyon", description="A bright loft", location=LYON, nightlyPrice=usd(12000),
                          maximumGuests=2, bedrooms=1, beds=1, bathrooms=1, amenities=["wifi"], roomType="entireHome"),
            "oullins": place(host, title="Garden house", description="With pétanque and a loft", location=OULLINS,
                             nightlyPrice=usd(8000), maximumGuests=6, bedrooms=3, beds=4, bathrooms=2.5,
                             amenities=["wifi", "kitchen", "hot-tub"], roomType="entireHome", minimumNights=3),
            "opfikon": place(host, title="Near the runway", location=OPFIKON, nightlyPrice=usd(20000), maximumGuests=1,
                             roomType="privateRoom", amenities=["kitchen"], instantBook=False),
            "montreal": place(host, title="Chez Élise", location=MONTREAL, nightlyPrice={"amount": 9000, "currency": "CAD"},
                              maximumGuests=3, roomType="hotelRoom"),
            "taveuni": place(host, title="Garden island", location=FIJI_EAST, nightlyPrice=usd(5000), roomType="sharedRoom"),
            "labasa": place(host, title="Sugar town", location=FIJI_WEST, nightlyPrice=usd(7000), amenities=["wifi", "kitchen"]),
        }
        self.names = {home["id"]: name for name, home in self.places.items()}

    def page(self, **params):
        return self.anyone.get("/api/v1/properties", params=params).json()

    def find(self, **params):
        """The names of all places found, in order; those of the import by their number."""
        page = self.page(limit=100, **params)
        assert page["nextCursor"] is None and page["totalCount"] == len(page["items"])
        return [self.names.get(item["id"]) or item["source"]["id"] for item in page["items"]]

    def found(self, **params):
        return set(self.find(**params))


@pytest.fixture(scope="module")
def world(module_servers, tmp_path_factory):
    listings = tmp_path_factory.mktemp("listings") / "listings.csv"
    listings.write_text(LISTINGS, "utf-8")
    server = module_servers(start=False, ROOST_RATE_LIMITS="off")
    server.done("import", "inside-airbnb", listings, "--currency", "USD", "--time-zone", "America/New_York",
                "--city", "Albany", "--country", "US")
    return World(server.start())


IMPORTED = {"901", "902", "903"}
MADE = {"lyon", "oullins", "opfikon", "montreal", "taveuni", "labasa"}


def test_without_parameters_everything_listed_comes(world):
    assert world.found() == MADE | IMPORTED
    assert world.page(limit=1)["totalCount"] == len(MADE | IMPORTED)


@pytest.mark.parametrize("location, expected", [
    ("Lyon", {"lyon"}), ("lyon", {"lyon"}), ("  LYON ", {"lyon"}), ("Montréal", {"montreal"}), ("montreal", {"montreal"}),
    ("MONTREAL", {"montreal"}), ("Le Plateau-Mont-Royal", {"montreal"}), ("la saulaie", {"oullins"}), ("Oullins", {"oullins"}),
    ("Old Town", {"901", "902"}), ("Albany", IMPORTED),
    # No listing is in a city of this name: the gazetteer's town and 25 km around it.
    ("Zürich", {"opfikon"}), ("zurich", {"opfikon"}), ("Villeurbanne", {"lyon", "oullins"}),
    ("France", {"lyon", "oullins"}), ("Canada", {"montreal"}), ("Fiji", {"taveuni", "labasa"}),
    ("Nowhere-on-Sea", set()), ("%", set()), ("' OR '1'='1", set()), ("_", set()), ("x" * 200, set()),
])
def test_location_is_a_neighbourhood_a_city_a_country_or_a_town_of_the_gazetteer(world, location, expected):
    assert world.found(location=location) == expected


def test_a_point_and_a_radius(world):
    lyon = {"latitude": LYON["latitude"], "longitude": LYON["longitude"]}
    assert world.found(**lyon) == {"lyon", "oullins"}, "25 km where left out"
    assert world.found(**lyon, radiusKm=1) == {"lyon"}
    assert world.found(**lyon, radiusKm=5) == {"lyon"} and world.found(**lyon, radiusKm=6) == {"lyon", "oullins"}
    assert world.found(**lyon, radiusKm=500) == {"lyon", "oullins", "opfikon"}


def test_a_radius_across_the_antimeridian(world):
    assert world.found(latitude=-16.6, longitude=179.99, radiusKm=100) == {"taveuni", "labasa"}


def test_a_box_and_one_across_the_antimeridian(world):
    assert world.found(bbox="4,45,5,46") == {"lyon", "oullins"}
    assert world.found(bbox="179,-17,-179,-16") == {"taveuni", "labasa"}
    assert world.found(bbox="-180,-90,180,90") == MADE | IMPORTED


@pytest.mark.parametrize("params, expected", [
    ({"guests": 4}, {"oullins", "taveuni", "labasa", "901"}), ({"guests": 6}, {"oullins"}), ({"guests": 7}, set()),
    ({"minPrice": 9000}, {"lyon", "opfikon", "901"}), ({"maxPrice": 6000}, {"taveuni", "902"}),
    ({"minPrice": 7500, "maxPrice": 8000}, {"oullins", "903"}), ({"minPrice": 8000, "maxPrice": 8000}, {"oullins"}),
    ({"maxPrice": 10000, "currency": "CAD"}, {"montreal"}), ({"currency": "CAD"}, {"montreal"}),
    ({"currency": "USD"}, (MADE | IMPORTED) - {"montreal"}), ({"currency": "EUR"}, set()),
    ({"amenities": "wifi"}, {"lyon", "oullins", "labasa", "901", "902"}), ({"amenities": "wifi,kitchen"}, {"oullins", "labasa"}),
    ({"amenities": "wifi,hot-tub"}, {"oullins", "902"}), ({"amenities": "submarine"}, set()),
    ({"roomType": "hotelRoom"}, {"montreal"}), ({"roomType": "privateRoom"}, {"opfikon", "902"}), ({"roomType": "sharedRoom"}, {"taveuni"}),
    ({"bedrooms": 3}, {"oullins"}), ({"bedrooms": 2}, {"oullins", "901"}), ({"beds": 4}, {"oullins"}), ({"bathrooms": 2.5}, {"oullins"}), ({"bathrooms": 3}, set()),
    ({"minRating": 4}, {"901", "902"}), ({"minRating": 4.5}, {"901"}), ({"minRating": 5}, set()),
    ({"instantBook": "true"}, (MADE | IMPORTED) - {"opfikon", "902"}),
    ({"q": "loft"}, {"lyon", "oullins"}), ({"q": "garden"}, {"oullins", "taveuni"}), ({"q": "garden loft"}, {"oullins"}),
    ({"q": "LYON"}, {"lyon"}), ({"q": "submarine"}, set()), ({"q": "\"' OR 1=1 --"}, set()), ({"q": "* SUBMARINE("}, set()),
    ({"location": "France", "guests": 2, "amenities": "wifi", "maxPrice": 12000, "roomType": "entireHome"}, {"lyon", "oullins"}),
], ids=lambda value: str(value) if isinstance(value, dict) else "found")
def test_each_filter_leaves_what_fits(world, params, expected):
    assert world.found(**params) == expected


def test_with_dates_only_what_can_be_booked_comes_each_with_its_total(world):
    params = {"checkIn": day(100), "checkOut": day(102), "guests": 2}
    page = world.page(limit=100, **params)
    found = {world.names.get(item["id"]) for item in page["items"]} - {None}
    assert found == {"lyon", "montreal", "taveuni", "labasa"}, "three nights at least in one, one guest at most in another"
    for item in page["items"]:
        assert item["total"] == quote(world.anyone, item, day(100), 2)["total"]
    for item in world.page(limit=100)["items"]:
        assert item["total"] is None


def test_every_place_found_for_a_stay_can_be_quoted_and_every_other_cannot(world):
    everything = world.page(limit=100)["items"]
    for nights, guests in ((1, 1), (3, 3), (5, 6), (365, 1)):
        found = {item["id"]: item["total"] for item in world.page(
            limit=100, checkIn=day(5), checkOut=day(5 + nights), guests=guests)["items"]}
        for item in everything:
            asked = quote(world.anyone, item, day(5), nights, guests)
            assert asked["available"] == (item["id"] in found), (world.names.get(item["id"]), nights, guests, asked["reasons"])
            assert not asked["available"] or asked["total"] == found[item["id"]]


def test_a_booked_place_is_not_found_for_these_nights_and_found_beside_them(world):
    home = world.places["labasa"]
    book(world.people.anna, home, start=day(200), nights=2)
    on = lambda start, end: "labasa" in world.found(checkIn=day(start), checkOut=day(end))
    assert not on(199, 201) and not on(200, 202) and not on(201, 203)
    assert on(198, 200) and on(202, 204)


def test_a_closed_night_and_its_own_price_count_in_search(world):
    home = world.places["taveuni"]
    host = world.people.host
    host.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": [
        {"date": day(300), "price": usd(30000)}, {"date": day(303), "open": False}, {"date": day(310), "minimumNights": 4}]})
    stay = lambda start, nights: {"checkIn": day(start), "checkOut": day(start + nights), "location": "Fiji"}
    assert "taveuni" not in world.found(**stay(302, 3)) and "taveuni" in world.found(**stay(304, 3))
    assert "taveuni" not in world.found(**stay(310, 3)) and "taveuni" in world.found(**stay(310, 4))
    # (300 + 50) / 2 nights: 175 a night.
    assert "taveuni" in world.found(**stay(300, 2), minPrice=17500, maxPrice=17500)
    assert "taveuni" not in world.found(**stay(300, 2), maxPrice=17499)
    assert world.find(**stay(300, 2), sort="price") == ["labasa", "taveuni"]
    assert world.find(**stay(320, 2), sort="price") == ["taveuni", "labasa"]


def test_the_price_per_night_with_dates_is_rounded_down(world):
    home = place(world.people.host, title="Thirds", location={**LYON, "city": "Thirdville"}, nightlyPrice=usd(5000))
    try:
        world.people.host.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": [{"date": day(300), "price": usd(5001)}]})
        stay = {"checkIn": day(300), "checkOut": day(303), "location": "Thirdville"}
        world.names[home["id"]] = "thirds"
        assert world.found(**stay, maxPrice=5000) == {"thirds"} and world.found(**stay, minPrice=5001) == set()
    finally:
        world.people.host.patch(f"/api/v1/properties/{home['id']}", {"status": "paused"})


def test_the_orders(world):
    usd_only = {"currency": "USD"}
    prices = {item["id"]: item["nightlyPrice"]["amount"] for item in world.page(limit=100, **usd_only)["items"]}
    order = [item["nightlyPrice"]["amount"] for item in world.page(limit=100, sort="price", **usd_only)["items"]]
    assert order == sorted(prices.values())
    order = [item["nightlyPrice"]["amount"] for item in world.page(limit=100, sort="-price", **usd_only)["items"]]
    assert order == sorted(prices.values(), reverse=True)
    rated = world.find(sort="rating")
    assert rated[:2] == ["901", "902"] and set(rated[2:]) == MADE | {"903"}, "places without a rating come last"
    assert world.find(sort="distance", latitude=45.72, longitude=4.81) == ["oullins", "lyon"]
    assert world.find(sort="distance", latitude=45.76, longitude=4.83) == ["lyon", "oullins"]
    assert set(world.find(sort="recommended")) == MADE | IMPORTED


@pytest.mark.parametrize("sort", ["recommended", "price", "-price", "rating", "distance"])
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_together_are_the_whole_once_each_and_in_order(world, sort, limit):
    params = {"sort": sort, **({"latitude": 45.76, "longitude": 4.83, "radiusKm": 500} if sort == "distance" else {})}
    whole = [item["id"] for item in world.page(limit=100, **params)["items"]]
    paged = [item["id"] for item in world.anyone.everything("/api/v1/properties", limit=limit, **params)]
    assert paged == whole and len(set(paged)) == len(paged)


def test_a_page_stays_in_its_place_while_listings_come_and_go(world):
    first = world.page(limit=3, sort="price")
    cheap = place(world.people.host, title="Newcomer", nightlyPrice=usd(100), location={**LYON, "city": "Newville"})
    try:
        rest = world.page(limit=100, sort="price", cursor=first["nextCursor"])["items"]
        ids = [item["id"] for item in first["items"]] + [item["id"] for item in rest]
        assert len(set(ids)) == len(ids) and cheap["id"] not in ids
    finally:
        world.people.host.patch(f"/api/v1/properties/{cheap['id']}", {"status": "paused"})


def test_a_cursor_belongs_to_its_question(world):
    cursor = world.page(limit=2, sort="price")["nextCursor"]
    answer = world.anyone.get("/api/v1/properties", params={"cursor": cursor, "sort": "rating"}, expect=(200, "validation_failed"))
    if answer.status_code == 422:
        assert "cursor" in fields(answer)


def test_summaries_leave_out_the_description(world):
    assert all("description" not in item for item in world.page()["items"])


WRONG = [
    ({"guests": "0"}, "guests"), ({"guests": "-3"}, "guests"), ({"guests": "many"}, "guests"), ({"guests": "9" * 30}, "guests"),
    ({"checkIn": "2030-01-01"}, "checkOut"), ({"checkOut": "2030-01-01"}, "checkIn"), ({"checkIn": "2030-01-02", "checkOut": "2030-01-02"}, "checkOut"),
    ({"checkIn": "2030-01-03", "checkOut": "2030-01-02"}, "checkOut"), ({"checkIn": "2030-02-30", "checkOut": "2030-03-02"}, "checkIn"),
    ({"minPrice": "-1"}, "minPrice"), ({"minPrice": "1.5"}, "minPrice"), ({"maxPrice": "cheap"}, "maxPrice"), ({"maxPrice": str(2**63)}, "maxPrice"),
    ({"minPrice": "5", "maxPrice": "4"}, "minPrice"), ({"currency": "XYZ"}, "currency"), ({"currency": "usd;"}, "currency"),
    ({"roomType": "castle"}, "roomType"), ({"bedrooms": "-1"}, "bedrooms"), ({"beds": "x"}, "beds"), ({"bathrooms": "NaN"}, "bathrooms"),
    ({"bathrooms": "inf"}, "bathrooms"), ({"minRating": "5.1"}, "minRating"), ({"minRating": "good"}, "minRating"), ({"minRating": "nan"}, "minRating"),
    ({"instantBook": "maybe"}, "instantBook"), ({"sort": "beauty"}, "sort"), ({"sort": "distance"}, "sort"), ({"sort": "distance", "location": "Nowhere"}, "sort"),
    ({"limit": "0"}, "limit"), ({"limit": "101"}, "limit"), ({"limit": "-1"}, "limit"), ({"limit": "all"}, "limit"), ({"limit": "1e1"}, "limit"),
    ({"cursor": "nonsense"}, "cursor"), ({"cursor": "e30"}, "cursor"), ({"cursor": "'; DROP TABLE property"}, "cursor"), ({"cursor": "A" * 4000}, "cursor"),
    ({"latitude": "45"}, "longitude"), ({"longitude": "4"}, "latitude"), ({"latitude": "91", "longitude": "0"}, "latitude"),
    ({"latitude": "0", "longitude": "181"}, "longitude"), ({"latitude": "NaN", "longitude": "0"}, "latitude"), ({"latitude": "1e400", "longitude": "0"}, "latitude"),
    ({"latitude": "0", "longitude": "0", "radiusKm": "0"}, "radiusKm"), ({"latitude": "0", "longitude": "0", "radiusKm": "501"}, "radiusKm"),
    ({"latitude": "0", "longitude": "0", "radiusKm": "-1"}, "radiusKm"), ({"latitude": "0", "longitude": "0", "radiusKm": "inf"}, "radiusKm"),
    ({"bbox": "1,2,3"}, "bbox"), ({"bbox": "1,2,3,4,5"}, "bbox"), ({"bbox": "a,b,c,d"}, "bbox"), ({"bbox": "0,5,1,4"}, "bbox"),
    ({"bbox": "-181,0,0,1"}, "bbox"), ({"bbox": "0,-91,1,1"}, "bbox"), ({"bbox": "nan,0,1,1"}, "bbox"),
]


@pytest.mark.parametrize("params, field", WRONG, ids=[str(params)[:60] for params, _ in WRONG])
def test_a_parameter_out_of_range_is_refused_and_named(world, params, field):
    answer = world.anyone.get("/api/v1/properties", params=params, expect="validation_failed")
    named = fields(answer)
    assert set(named) & {field, *params}, answer.text
    assert field in named or len(params) > 1 or field not in params, answer.text

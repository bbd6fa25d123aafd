"""What must be true of every page in every state: accessible, valid, narrow, small, steady."""

import gzip
import html
import json
import re

import html5lib
import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from inventory import EDITOR, EVERYDAY, PARTS, Inventory, filled, sent
from roost import program
from test_bad_input import HOSTILE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = AXE_FILE_PATH.read_text("utf-8")
# Pages that are no page of the journey: an API's document of any length, every component there is.
LONG = {"docs", "styleguide"}
SHOTS = program.ROOT / "artefacts" / "pages"
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value; })
    .observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module")
def inventory(town, folk):
    return Inventory(town, folk)


def names():
    if not program.PROVE:
        return EVERYDAY
    source = (program.ROOT / "Tests/Acceptance/pages/inventory.py").read_text("utf-8")
    fixed = re.findall(r'^            "([\w-]+)": \(', source, re.MULTILINE)
    fixed += [f"host-edit-{section}" for section in EDITOR] + [f"host-bookings-{part}" for part in PARTS]
    assert set(EVERYDAY) <= set(fixed)
    return fixed + [f"error-{kind}" for kind in ("forbidden", "gone", "rateLimited", "fault", "unavailable", "conflict")]


def opened(visit, inventory, name, **options):
    path, who, status, *form = inventory.pages()[name]
    visitor = visit(token=inventory.person(who).token, **options)
    visitor.expected.add(status)
    visitor.context.add_init_script(WATCH_SHIFTS)
    visitor.go(path, expect=200 if form else status)
    if form:
        filled(visitor.page, form[0])
    return visitor


def violations(page):
    page.evaluate(AXE)
    result = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
    return [f"{one['id']}: {one['help']}\n    " + "\n    ".join(node["html"][:200] for node in one["nodes"][:3]) for one in result["violations"]]


@pytest.mark.parametrize("name", names())
def test_a_page_is_accessible_narrow_small_and_steady(visit, inventory, name):
    looks = [(375, False), (1440, True)] if not program.PROVE else [(375, False), (375, True), (1440, False), (1440, True)]
    troubles = []
    for width, dark in looks:
        visitor = opened(visit, inventory, name, width=width, dark=dark)
        page = visitor.page
        troubles += [f"{width} {'dark' if dark else 'light'}: {one}" for one in violations(page)]
        if width == 375:
            assert page.evaluate("window.shifts") <= 0.05, "the layout shifts"
            elements = page.evaluate("document.querySelectorAll('*').length")
            assert elements <= 1500 or name in LONG, f"{elements} elements"
            page.set_viewport_size({"width": 320, "height": 800})
            page.evaluate("document.documentElement.style.fontSize = '125%'" if program.PROVE else "0")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, f"320 px wide the page scrolls sideways: {wide}; " + str(page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 321 || e.getBoundingClientRect().left < -1)"
                ".slice(0, 5).map(e => e.outerHTML.slice(0, 120))"))
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize("name", names())
def test_a_page_is_valid_html_and_says_what_it_is(town, inventory, name):
    path, who, status, *form = inventory.pages()[name]
    person = inventory.person(who)
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    if form:
        response = sent(person, path, form[0], headers)
    else:
        response = person.connection.get(path, headers=headers | ({"Cookie": f"roost_session={person.token}"} if who else {}))
    assert response.status_code == status, response.text[:2000]
    text = response.text
    parser = html5lib.HTMLParser(strict=False, tree=html5lib.getTreeBuilder("etree"))
    document = parser.parse(text)
    assert not parser.errors, [(where, code, data) for where, code, data in parser.errors[:5]]
    spaces = "{http://www.w3.org/1999/xhtml}"
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    headings = [element.tag.removeprefix(spaces) for element in document.iter() if re.fullmatch(spaces + "h[1-6]", str(element.tag))]
    assert headings.count("h1") == 1, headings
    title = document.find(f".//{spaces}title").text
    assert title.endswith(" – Roost") and ("Error:" in title) == (status == 422 or bool(form)), title
    assert document.find(f".//{spaces}main") is not None and document.get("lang") and document.get("dir") in ("ltr", "rtl")
    ours = text
    for title in HOSTILE:  # an operator's lists show what other tests wrote as the titles of places
        ours = ours.replace(html.escape(title).replace("&#x27;", "&#39;"), "")
    assert "{{" not in ours and " style=" not in ours and not re.search(r"\son\w+=", ours) and "javascript:" not in ours
    if name not in LONG:
        packed = len(gzip.compress(text.encode(), 1))
        assert packed <= 60_000 and len(title) <= 120, f"{packed} bytes"
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    described = document.find(f".//{spaces}meta[@name='description']")
    assert described is None or len(described.get("content")) <= 155
    robots = document.find(f".//{spaces}meta[@name='robots']")
    if who or status != 200:
        assert robots is not None and "noindex" in robots.get("content")
        assert "no-store" in response.headers["cache-control"]
    for piece in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text):
        assert json.loads(piece)["@context"] == "https://schema.org"


def test_the_stylesheet_and_the_script_are_small(folk):
    home = folk.anyone.connection.get("/").text
    for ending, limit in (("css", 30_000), ("js", 40_000)):
        address = re.search(rf'"(/assets/roost-[0-9a-f]+\.{ending})"', home).group(1)
        # As it goes over the wire: the budget is of transferred bytes.
        response = folk.anyone.connection.get(address, headers={"Accept-Encoding": "gzip"})
        assert int(response.headers["content-length"]) <= limit and "immutable" in response.headers["cache-control"]


@pytest.mark.skipif(not program.PROVE, reason="pictures for people: make prove")
@pytest.mark.parametrize("name", names())
def test_pictures_of_every_page(visit, inventory, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        visitor = opened(visit, inventory, name, dark=dark)
        for width in (375, 768, 1440):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            # What is below the fold is on the picture too.
            visitor.page.evaluate("Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))")
            visitor.page.screenshot(path=SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)

"""Reads {name: [address, session token or null]} from standard input; prints {name: LCP in milliseconds}, the median of five."""

import json
import shutil
import statistics
import sys

from playwright.sync_api import sync_playwright

WATCH = """
window.largest = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.largest = entry.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
"""


def main():
    asked, found = json.load(sys.stdin), {}
    with sync_playwright() as playwright:
        # --no-sandbox: Chromium refuses to sandbox for root, which is who runs in a container.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (address, token) in asked.items():
            times = []
            for _ in range(5):
                # A context of its own: nothing is in its cache.
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                if token:
                    context.add_cookies([{"name": "roost_session", "value": token, "url": address}])
                page = context.new_page()
                page.add_init_script(WATCH)
                page.goto(address, wait_until="load")
                page.wait_for_timeout(300)
                times.append(page.evaluate("window.largest"))
                context.close()
            assert all(times), f"{name}: nothing was painted"
            found[name] = statistics.median(times)
        browser.close()
    print(json.dumps(found))


main()

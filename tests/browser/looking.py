"""What is wrong with a page as it stands: axe's findings, and what is wider than its screen."""

import re
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Telling of every element that it passed takes axe three times as long as looking at it.
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
# In other colours a page differs in its colours alone.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
# Of rows that differ in their text alone, the first is looked at: a list of fifty takes as long as three.
ALIKE = """() => {
    const own = new Set(["href", "id", "value", "title", "datetime", "aria-label", "aria-labelledby", "data-alike"])
    const told = each => [...each.attributes].filter(one => !own.has(one.name)).map(one => one.name + "=" + one.value)
    const shape = each => each.tagName + told(each).join() + "[" + [...each.children].map(shape).join() + "]"
    for (const body of document.querySelectorAll("tbody")) {
        const seen = new Set()
        for (const row of body.rows) {
            row.toggleAttribute("data-alike", seen.has(shape(row)))
            seen.add(shape(row))
        }
    }
}"""
FIRST_OF_EACH = {"exclude": [["[data-alike]"]]}
# Colours that change take a frame to have changed, however short they are told to take.
SETTLED = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(done))
    do { await frame(); await frame() } while (document.getAnimations().some(each => each.playState === "running"))
}"""


def look(page: Page) -> list[str]:
    """What is wrong with a page as it stands, on a desk and on a phone, light and dark."""
    wrong = []
    # A tab behind another one hardly ever draws a frame.
    page.bring_to_front()
    page.mouse.move(0, 0)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            # The browser tells a page of the change with its next frame, which a busy machine draws late.
            expect(page.locator("html")).to_have_class(re.compile(scheme), timeout=20_000)
            page.evaluate(SETTLED)
            # What lies half under the bar there is none the smaller for it.
            page.evaluate("scrollTo(0, 0)")
            place = f"{urlsplit(page.url).path} {size['width']} {scheme}"
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{place}: wider than the screen")
            wrong += [f"{place}: {each}" for each in _axe(page, OPTIONS if scheme == "light" else COLOURS)]
    return wrong


def findings(page: Page) -> list[str]:
    """What axe finds as the page stands."""
    page.bring_to_front()
    page.emulate_media(reduced_motion="reduce")
    return _axe(page, OPTIONS)


def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    page.evaluate(ALIKE)
    # Its own way to be run puts half a megabyte into the page each time.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    run = "([context, options]) => axe.run(context, options).then(found => found.violations)"
    return [told(each) for each in page.evaluate(run, [FIRST_OF_EACH, options])]


def told(finding: Any) -> str:
    """What axe found, where first, and why."""
    node = finding["nodes"][0]
    return f"{finding['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"


def complaints(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard

"""The dashboard as a person meets it: every page in Chromium, of a rich lake and a bare one."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

REQUIRED = os.environ.get("PLAYHEAD_REQUIRE_BROWSER") == "1"
if not REQUIRED:
    for package in ("streamlit", "playwright"):
        pytest.importorskip(package, reason=f"{package} is not installed: make dashboard-test")
    if not shutil.which("chromium"):
        pytest.skip("no chromium: apt-get install -y chromium", allow_module_level=True)

import browsing  # noqa: E402
import hostile  # noqa: E402
import text  # noqa: E402

PAGES = list(browsing.PATHS)
# Charts that a page draws when everything is known.
CHARTS = {
    "Overview": 4,
    "Titles": 1,
    "One title": 6,
    "Viewers": 4,
    "Audience over time": 5,
    "Quality": 9,
    "Data quality": 6,
}
# Of each chart the marks that can be seen, and the whole drawing.
DRAWN = """() => {
  const charts = document.querySelectorAll('[data-testid="stVegaLiteChart"] svg.marks');
  return [...charts].map(chart => ({
    marks: [...chart.querySelectorAll('g.role-mark path, g.role-mark line')].filter(mark => {
      const box = mark.getBoundingClientRect();
      return box.width > 0 || box.height > 0;
    }).length,
    drawing: chart.innerHTML,
  }));
}"""
LARGEST_MARK = """chart => {
  const boxes = [...chart.querySelectorAll('g.role-mark path')].map(m => m.getBoundingClientRect());
  const box = boxes.reduce((one, other) =>
    one.width * one.height > other.width * other.height ? one : other);
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""
# Legends that are cut off.
LEGENDS = """() => [...document.querySelectorAll('.stVegaLiteChart')].flatMap(chart => {
  const right = chart.getBoundingClientRect().right;
  return [...chart.querySelectorAll('.role-legend text')]
    .filter(text => text.getBoundingClientRect().right > right + 1 || /…/.test(text.textContent))
    .map(text => text.textContent);
})"""
FIGURES = """() => Object.fromEntries(
    [...document.querySelectorAll('[data-testid="stMetric"]')].map(metric => [
        metric.querySelector('[data-testid="stMetricLabel"]').innerText.trim(),
        metric.querySelector('[data-testid="stMetricValue"]').innerText.trim()]))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def addresses(marts_files, tmp_path_factory) -> Iterator[dict[str, str]]:
    attacked = tmp_path_factory.mktemp("hostile") / "hostile.duckdb"
    hostile.make_hostile(marts_files["full"], attacked)
    with (
        browsing.serving(marts_files["full"]) as full,
        browsing.serving(marts_files["bare"]) as bare,
        browsing.serving(attacked) as attacked_address,
    ):
        yield {"full": full, "bare": bare, "hostile": attacked_address}


class Visit:
    """A window on the dashboard, and what it asked for and complained of."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        # A reader far from UTC: days and minutes must still be those of the marts.
        self.page = browser.new_page(timezone_id="Pacific/Auckland", **options)
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)
        browsing.wait_until_drawn(self.page)

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def go_to(self, name: str) -> None:
        browsing.go_to(self.page, name)

    def pick(self, label: str, value: str) -> None:
        browsing.pick(self.page, label, value)

    def stayed_here(self) -> bool:
        here = (self.address, self.address.replace("http", "ws"), "data:", "blob:")
        return all(url.startswith(here) for url in self.requests)


@pytest.fixture
def visit(browser, addresses) -> Iterator[Any]:
    visits = []

    def open_one(kind: str, **options: Any) -> Visit:
        visits.append(Visit(browser, addresses[kind], **options))
        return visits[-1]

    yield open_one
    for one in visits:
        one.page.close()


@pytest.mark.parametrize("kind", ["full", "bare"])
def test_every_page_is_drawn_without_complaint_or_request_elsewhere(visit, kind):
    here = visit(kind, viewport={"width": 1366, "height": 900})
    for name in PAGES:
        here.go_to(name)
        charts = here.page.evaluate(DRAWN)
        if kind == "full":
            assert len(charts) >= CHARTS[name], name
        assert all(chart["marks"] for chart in charts), name
        assert not any("NaN" in chart["drawing"] for chart in charts), name
        shown = here.page.evaluate(FIGURES)
        assert (shown or name == "Titles") and "nan" not in str(shown).lower(), (name, shown)
        assert here.page.get_by_test_id("stException").count() == 0, name
    assert here.complaints == []
    assert here.stayed_here(), here.requests
    assert len(here.requests) > 10


@pytest.mark.parametrize("name", ["Overview", "Quality", "Viewers"])
def test_a_filter_changes_the_figures_and_the_charts(visit, name):
    here = visit("full", viewport={"width": 1366, "height": 900})
    here.go_to(name)
    figures, charts = here.page.evaluate(FIGURES), here.page.evaluate(DRAWN)
    here.pick("Device", "tv")
    assert here.page.evaluate(FIGURES) != figures
    assert here.page.evaluate(DRAWN) != charts
    assert here.complaints == []


def test_a_phone_shows_every_page_without_scrolling_sideways(visit):
    here = visit("full", viewport={"width": 390, "height": 844}, has_touch=True)
    for name in PAGES:
        if here.page.get_by_test_id("stExpandSidebarButton").is_visible():
            here.page.get_by_test_id("stExpandSidebarButton").click()
        here.go_to(name)
        assert here.page.evaluate("document.documentElement.scrollWidth") <= 390, name
        widths = here.page.evaluate(
            "() => [...document.querySelectorAll('[data-testid=\"stVegaLiteChart\"]')]"
            ".map(chart => chart.getBoundingClientRect().right)"
        )
        assert widths and max(widths) <= 390, name
        assert here.page.evaluate(LEGENDS) == [], name
    assert here.complaints == []


# What a text would become if it were read as Markdown or HTML.
FOREIGN = """() => [window.hacked, ...document.querySelectorAll(
    ':is([src], [href], [srcset], [data], [action])')]
    .filter(found => found && (found === 1 || /evil/.test(found.outerHTML.split('>')[0])))
    .concat([...document.querySelectorAll('[onerror], [onmouseover], iframe, main script, .katex')])
    .map(found => found.outerHTML ?? found)"""


def test_text_of_the_data_is_text_on_every_page(visit):
    here = visit("hostile", viewport={"width": 1366, "height": 900})
    told = ""
    for name in PAGES:
        here.go_to(name)
        if name == "Quality":
            here.pick("Device", "tv")
        # Charts tell of what is under the pointer.
        for chart in here.page.get_by_test_id("stVegaLiteChart").all():
            chart.scroll_into_view_if_needed()
            here.page.mouse.move(*chart.evaluate(LARGEST_MARK))
        told += here.page.locator("body").inner_text()
        assert here.page.evaluate(FOREIGN) == [], name
    assert here.complaints == []
    assert here.stayed_here(), here.requests
    shown = told.replace(text.JOINER, "")
    assert [one for one in hostile.TEXTS if one not in shown] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_as_axe_core_asks(visit, scheme):
    if not REQUIRED:
        pytest.importorskip("axe_playwright_python", reason="make dashboard-test")
    from axe_playwright_python.sync_playwright import Axe

    here = visit("full", viewport={"width": 1366, "height": 900}, color_scheme=scheme)
    for name in PAGES:
        here.go_to(name)
        found = Axe().run(here.page).response["violations"]
        told = [(one["id"], node["html"]) for one in found for node in one["nodes"]]
        assert told == [], name


def test_a_page_survives_a_reload_and_can_be_sent_on(visit, browser):
    here = visit("full", viewport={"width": 1366, "height": 900})
    here.go_to("One title")
    here.pick("Device", "tv")
    here.pick("Title", "The Quiet Ward: 1")
    figures, address = here.page.evaluate(FIGURES), here.page.url
    assert "device=tv" in address and "title=" in address
    colleague = browser.new_page(viewport={"width": 1366, "height": 900})
    for page in (here.page, colleague):
        page.goto(address)
        browsing.wait_until_drawn(page)
        assert page.evaluate(FIGURES) == figures
        assert page.url == address
    colleague.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_into_the_dark(visit, scheme):
    here = visit("full", color_scheme=scheme)
    colour = here.page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    brightness = sum(int(part) for part in colour[4:-1].split(",")[:3]) / 3
    assert (brightness > 200) == (scheme == "light"), colour
    assert here.complaints == []


def test_without_the_file_the_page_says_what_to_do(browser, tmp_path):
    with browsing.serving(tmp_path / "none.duckdb") as address:
        page = browser.new_page()
        page.goto(address)
        alert = page.get_by_test_id("stAlert")
        alert.wait_for(timeout=60_000)
        assert "make demo" in alert.inner_text()
        page.close()

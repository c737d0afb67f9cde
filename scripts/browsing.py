"""The dashboard in Chromium, as a person meets it: what pictures, tests and measurements share."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PATHS = {
    "Overview": "",
    "Titles": "titles",
    "One title": "title",
    "Viewers": "viewers",
    "Audience over time": "audience",
    "Quality": "quality",
    "Data quality": "data_quality",
}
# A page is drawn when its script is done, each of its charts is there, and nothing has changed for
# a while: a widget may ask for a rerun, and a chart already there is drawn anew after the script.
# Returns when the last change was, in milliseconds since the page was opened.
DRAWN = """stillness => {
    if (window.changedAt === undefined) {
        const note = () => { window.changedAt = performance.now(); };
        new MutationObserver(note).observe(
            document, {subtree: true, childList: true, attributes: true, characterData: true});
        note();
    }
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return app?.dataset.testScriptState === 'notRunning'
        && document.querySelector('h1') !== null
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && charts.every(chart => chart.querySelector('svg.marks'))
        && performance.now() - window.changedAt >= stillness
        && window.changedAt;
}"""
STILLNESS_MILLISECONDS = 400


@contextmanager
def serving(marts_file: Path, log: Path | None = None) -> Iterator[str]:
    """The dashboard's address, on a free port. RuntimeError if it does not start."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [sys.executable, ROOT / "dashboard"]
    with (log or Path(os.devnull)).open("w") as output:
        server = subprocess.Popen(
            [*map(str, command), f"--server.port={port}"],
            cwd=ROOT,
            env=os.environ | {"PLAYHEAD_MARTS_PATH": str(marts_file)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], seconds: int = 60) -> None:
    for _ in range(seconds * 5):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the dashboard did not start: run `make dashboard` to see why")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. RuntimeError where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("chromium is not installed: apt-get install -y chromium")
    with sync_playwright() as playwright:
        # Containers run as root, where Chromium has no sandbox; it opens this machine's pages only.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def wait_until_drawn(page: Page) -> float:
    """Returns when everything on the page was drawn, in seconds since its address was opened."""
    drawn = page.wait_for_function(DRAWN, arg=STILLNESS_MILLISECONDS, timeout=60_000)
    return drawn.json_value() / 1000


def go_to(page: Page, name: str) -> float:
    """Clicks the link of a page of the dashboard; returns the seconds until it was drawn."""
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=name).first
    began = _now(page)
    link.click()
    page.wait_for_function(
        "name => document.querySelector('h1')?.innerText.trim() === name", arg=name
    )
    return wait_until_drawn(page) - began


def pick(page: Page, label: str, value: str) -> float:
    """Picks one value more in a filter; returns the seconds from then until all was drawn."""
    page.get_by_label(label).first.click()
    page.keyboard.type(value)
    began = _now(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    return wait_until_drawn(page) - began


def choose(page: Page, option: str) -> float:
    """Clicks one of several options side by side; returns the seconds until all was drawn."""
    began = _now(page)
    page.get_by_role("radio", name=option, exact=True).click()
    return wait_until_drawn(page) - began


def _now(page: Page) -> float:
    return page.evaluate("performance.now()") / 1000

"""Pictures of the dashboard: `make screenshots`, after `make demo`.

They are what Debian's Chromium draws of the published marts: laptop, dark and phone.
"""

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
from typing import Annotated

import typer
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
LAPTOP, PHONE = (1366, 1290), (390, 844)
PATHS = {
    "Overview": "",
    "Titles": "titles",
    "Viewers": "viewers",
    "Audience over time": "audience",
    "Quality": "quality",
    "Data quality": "data_quality",
}
# A page is done when its script is, and each of its charts has been drawn.
DONE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return app?.dataset.testScriptState === 'notRunning'
        && document.querySelector('h1') !== null
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && charts.every(chart => chart.querySelector('svg.marks'));
}"""


@contextmanager
def serving(marts_file: Path, log: Path | None = None) -> Iterator[str]:
    """The dashboard's address, on a free port. RuntimeError if it does not start."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", ROOT / "dashboard" / "app.py"]
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


def open_page(
    browser: Browser,
    address: str,
    *,
    size: tuple[int, int] = LAPTOP,
    dark: bool = False,
    **options: object,
) -> Page:
    """A page of the dashboard in a window of its own, once everything on it is drawn."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        **options,
    )
    page.goto(address)
    wait_until_drawn(page)
    return page


def wait_until_drawn(page: Page) -> None:
    page.wait_for_function(DONE, timeout=60_000)
    page.wait_for_timeout(400)  # for the last frame, and for a rerun that a widget may ask for
    page.wait_for_function(DONE, timeout=60_000)


def main(
    marts_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_MARTS_PATH", help="The published marts.")
    ] = Path("playhead_marts.duckdb"),
    output: Annotated[Path, typer.Option(help="Where the pictures go.")] = ROOT / "docs/images",
) -> None:
    """Write the pictures of the README and of docs/dashboard.md."""
    if not marts_file.exists():
        sys.exit(f"take_screenshots: {marts_file} does not exist: run make demo first")
    pictures = {
        **{PATHS[name] or "overview": (PATHS[name], LAPTOP, False) for name in PATHS},
        "overview_dark": ("", LAPTOP, True),
        "titles_phone": ("titles", PHONE, False),
    }
    output.mkdir(parents=True, exist_ok=True)
    try:
        with serving(marts_file.resolve()) as address, chromium() as browser:
            for name, (path, size, dark) in pictures.items():
                page = open_page(browser, f"{address}/{path}", size=size, dark=dark)
                page.screenshot(path=output / f"{name}.png")
                page.close()
                print(f"{output / name}.png")
    except RuntimeError as error:
        sys.exit(f"take_screenshots: {error}")


if __name__ == "__main__":
    typer.run(main)

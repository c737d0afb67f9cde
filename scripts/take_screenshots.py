"""Pictures of the dashboard: `make screenshots`, after `make demo`.

They are what Debian's Chromium draws of the published marts: laptop, dark and phone.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from browsing import PATHS, ROOT, chromium, serving, wait_until_drawn
from playwright.sync_api import Browser, Page

LAPTOP, PHONE = (1366, 1290), (390, 844)


def open_page(
    browser: Browser,
    address: str,
    *,
    size: tuple[int, int] = LAPTOP,
    dark: bool = False,
    **options: Any,
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


def main(
    marts_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_MARTS_PATH", help="The published marts.")
    ] = Path("playhead_marts.duckdb"),
    output: Annotated[Path, typer.Option(help="Where the pictures go.")] = ROOT / "docs/images",
) -> None:
    """Write the pictures of the README."""
    if not marts_file.exists():
        sys.exit(f"take_screenshots: {marts_file} does not exist: run make demo first")
    pictures = {
        **{PATHS[name] or "overview": (PATHS[name], LAPTOP, False) for name in PATHS},
        "overview_dark": ("", LAPTOP, True),
        "title_phone": ("title", PHONE, False),
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

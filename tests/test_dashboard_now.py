"""What the page Now says: its numbers are those of viewing_now, and how old they are."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_BROWSER") != "1":
    pytest.importorskip("streamlit", reason="streamlit is not installed: make dashboard-test")

from streamlit.testing.v1 import AppTest

NOW = """
    create schema marts;
    create table marts.viewing_now as
    select *, timestamp '{as_of}' as as_of, timestamp '{as_of}' as processed_at
    from (values
        ('all', 'all', null, 0, 30, 28, 4, 1), ('all', 'all', null, 5, 28, 9, 3, 0),
        ('all', 'all', null, 10, 27, 2, 2, 0), ('all', 'all', null, 15, 26, 1, 50, 50),
        ('device_type', 'tv', null, 0, 20, 20, 0, 0),
        ('device_type', 'mobile', null, 0, 11, 9, 0, 0),
        ('isp', 'Northline', null, 0, 30, 28, 0, 0), ('country', 'CH', null, 0, 30, 28, 0, 0),
        ('title_id', 't1', 'Tea', 0, 30, 28, 0, 0), ('title_id', 't2', 'Gone', 5, 3, 3, 0, 0)
    ) as rows (
        dimension, dimension_value, title_name, minutes_ago, viewer_count, presumed_viewer_count,
        stall_count, error_count
    )
"""


def opened(file: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(file))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    app = app.switch_page("views/now.py").run()
    return app


def published(folder: Path, as_of: datetime) -> Path:
    file = folder / "published.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(NOW.format(as_of=as_of.replace(tzinfo=None)))
    return file


def test_the_page_says_who_is_watching_and_how_old_the_news_is(tmp_path, monkeypatch):
    as_of = datetime.now(UTC) - timedelta(seconds=40)
    # Without the other pages' marts the first page cannot be drawn: this one stands alone.
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(published(tmp_path, as_of)))
    app = AppTest.from_file(str(ROOT / "dashboard" / "views" / "now.py"), default_timeout=60).run()
    assert [error.value for error in (*app.exception, *app.error)] == []
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Watching now"] == "30"
    assert 40 <= int(figures["Last event"].removesuffix(" s ago")) < 100
    assert (figures["Stalls, 15 min"], figures["Errors, 15 min"]) == ("9", "1")
    words = " ".join(caption.value for caption in app.caption)
    assert "Of 30 viewers 28 are presumed" in words
    assert not app.info
    assert len(app.get("vega_lite_chart")) == 5


def test_old_news_is_said_to_be_history(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "PLAYHEAD_MARTS_PATH", str(published(tmp_path, datetime(2025, 3, 3, 20, tzinfo=UTC)))
    )
    app = AppTest.from_file(str(ROOT / "dashboard" / "views" / "now.py"), default_timeout=60).run()
    assert {metric.label: metric.value for metric in app.metric}["Last event"].endswith(" d ago")
    assert "This is history" in app.info[0].value


@pytest.mark.parametrize("lake", ["full", "bare", "empty"])
def test_the_page_opens_on_every_lake(marts_files, lake, monkeypatch):
    app = opened(marts_files[lake], monkeypatch)
    assert [error.value for error in (*app.exception, *app.error)] == []
    said = " ".join(element.value for element in (*app.info, *app.caption))
    assert ("Nobody is watching" if lake == "empty" else "This is history") in said

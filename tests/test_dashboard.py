"""What the dashboard says, page by page: its numbers are those of plain SQL on the marts."""

import os
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_BROWSER") != "1":
    pytest.importorskip("streamlit", reason="streamlit is not installed: make dashboard-test")

from streamlit.testing.v1 import AppTest

PAGES = ["overview", "titles", "viewers", "audience", "quality", "data_quality"]
# A page of which something cannot be known says why, and what would change it.
EXPLAINED = {
    "bare": {
        "viewers": "map the source's column to `device_type`",
        "quality": "neither stalls nor errors",
        "data_quality": "not in the lake layout",
    },
    "empty": {
        "overview": "Nobody watched",
        "titles": "No title fits",
        "viewers": "No viewer",
        "audience": "Nobody was watching",
        "quality": "No session began",
        "data_quality": "No session began",
    },
}


def open_page(file: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(file))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    return app if page == "overview" else app.switch_page(f"views/{page}.py").run()


def sound(app: AppTest) -> AppTest:
    assert [error.value for error in (*app.exception, *app.error)] == []
    return app


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def said(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.info, *app.caption))


def one(file: Path, query: str) -> Any:
    with duckdb.connect(str(file), read_only=True) as connection:
        (row,) = connection.execute(query).fetchall()
    return row[0] if len(row) == 1 else row


@pytest.fixture
def full(marts_files) -> Path:
    return marts_files["full"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", ["full", "bare", "empty"])
def test_every_page_opens_on_any_lake(marts_files, kind, page, monkeypatch):
    app = sound(open_page(marts_files[kind], page, monkeypatch))
    assert len(app.title) == 1
    assert EXPLAINED.get(kind, {}).get(page, "") in said(app)
    assert "nan" not in " ".join(figures(app).values()).lower()


@pytest.mark.parametrize("genre", ["Genre", "Title"])
def test_without_a_catalogue_the_overview_says_why_no_genre(marts_files, genre, monkeypatch):
    app = open_page(marts_files["bare"], "overview", monkeypatch)
    app = sound(app.button_group(key="watched_by").set_value(genre).run())
    assert ("titles_path" in said(app)) == (genre == "Genre")


OVERVIEW = """
    select count(distinct customer_id), count(*), sum(viewing_sessions.watch_seconds) / 3600
    from marts.viewing_sessions join marts.title_performance using (title_id) where {}
"""


@pytest.mark.parametrize(
    ("picks", "condition"),
    [
        ({}, "true"),
        ({"Device": ["tv", "web"]}, "device_type in ('tv', 'web')"),
        ({"Genre": ["Drama"]}, "genre = 'Drama'"),
        ({"Dates": (date(2025, 3, 4), date(2025, 3, 4))}, "started_at::date = '2025-03-04'"),
        (
            {"Device": ["mobile"], "Dates": (date(2025, 3, 3), date(2025, 3, 4))},
            "device_type = 'mobile' and started_at::date <= '2025-03-04'",
        ),
    ],
)
def test_the_overview_counts_what_is_picked(full, picks, condition, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    for name, values in picks.items():
        pick = app.date_input if name == "Dates" else app.multiselect
        pick(key=name).set_value(values)
    shown = figures(sound(app.run()))
    viewers, sessions, hours = one(full, OVERVIEW.format(condition))
    assert viewers > 0
    assert shown["Viewers"] == f"{viewers:,}"
    assert shown["Sessions"] == f"{sessions:,}"
    assert shown["Hours watched"] == f"{hours:,.0f}"


def test_a_pick_goes_along_to_the_next_page(full, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    app.multiselect(key="Device").set_value(["tv"]).run()
    app = sound(app.switch_page("views/quality.py").run())
    assert app.multiselect(key="Device").value == ["tv"]
    rebuffering, failed = one(
        full,
        """
        select sum(buffering_seconds)
                / (sum(buffering_seconds) + sum(buffering_reported_watch_seconds)),
            sum(error_session_count) / sum(error_reported_session_count)
        from marts.playback_quality where device_type = 'tv'
        """,
    )
    assert figures(app)["Rebuffer ratio"] == f"{rebuffering:.2%}"
    assert figures(app)["Sessions with an error"] == f"{failed:.1%}"
    app = sound(app.switch_page("views/audience.py").run())
    assert [box.key for box in app.multiselect] == [], "minutes do not know their devices"
    app = sound(app.switch_page("views/viewers.py").run())
    mostly_tv = "select count(*) from marts.viewer_segments where preferred_device_type = 'tv'"
    assert figures(app)["Viewers"] == f"{one(full, mostly_tv):,}"


def test_a_title_is_ranked_and_picked(full, monkeypatch):
    app = open_page(full, "titles", monkeypatch)
    app = sound(app.multiselect(key="Genre").set_value(["Drama"]).run())
    best, titles = one(
        full,
        """
        select arg_max(title_id, watch_seconds), count(*) from marts.title_performance
        where genre = 'Drama' and viewer_count > 0
        """,
    )
    box = app.selectbox(key="title")
    assert (box.value, len(box.options)) == (best, titles)
    last = one(
        full,
        """
        select arg_min(title_id, watch_seconds) from marts.title_performance
        where genre = 'Drama' and viewer_count > 0
        """,
    )
    app = sound(box.set_value(last).run())
    viewers = f"select viewer_count from marts.title_performance where title_id = '{last}'"
    assert figures(app)["Viewers"] == f"{one(full, viewers):,}"


def test_within_dates_titles_rank_by_their_sessions(full, monkeypatch):
    app = open_page(full, "titles", monkeypatch)
    day = date(2025, 3, 4)
    app = sound(app.date_input(key="Dates").set_value((day, day)).run())
    best = one(
        full,
        """
        select title_id from marts.viewing_sessions where started_at::date = '2025-03-04'
        group by title_id order by sum(watch_seconds) desc limit 1
        """,
    )
    assert app.selectbox(key="title").value == best


def test_the_audience_of_the_dates_picked(full, monkeypatch):
    app = open_page(full, "audience", monkeypatch)
    day = date(2025, 3, 3)
    app = sound(app.date_input(key="Dates").set_value((day, day)).run())
    peak, average = one(
        full,
        """
        select max(peak_concurrent_viewers), avg(average_concurrent_viewers)
        from marts.viewing_concurrency where minute_at::date = '2025-03-03'
        """,
    )
    assert figures(app)["Most viewers at once"] == f"{peak:,}"
    assert figures(app)["On average"] == f"{average:,.0f}"
    assert app.selectbox(key="day").options == ["2025-03-03"]


def test_rows_rejected_on_the_dates_picked(full, monkeypatch):
    app = open_page(full, "data_quality", monkeypatch)
    landed = "select sum(row_count), sum(row_count) filter (where outcome <> 'accepted') from {}"
    rows, rejected = one(full, landed.format("marts.daily_intake"))
    assert figures(app)["Rows landed"] == f"{rows:,}"
    assert figures(app)["Rejected"] == f"{rejected / rows:.2%}"
    day = date(2025, 3, 4)
    app = sound(app.date_input(key="Dates").set_value((day, day)).run())
    rows, _ = one(full, landed.format("marts.daily_intake where landed_on = '2025-03-04'"))
    assert figures(app)["Rows landed"] == f"{rows:,}"


def test_a_place_counts_a_session_once(full, monkeypatch):
    """Against plain Python: of each session the greatest counter, of all its titles."""
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(full))
    import filters
    import places

    rows, _ = places.by_place(filters.Filters())
    with duckdb.connect(str(full), read_only=True) as connection:
        sessions = connection.execute("""
            select customer_id, session_id, country, state, buffering_seconds, error_count
            from marts.viewing_sessions order by started_at
        """).fetchall()
    greatest: dict[tuple[str, str], list[Any]] = {}
    for customer, session, country, state, stalled, errors in sessions:
        known = greatest.setdefault((customer, session), [f"{state}, {country}", 0, 0])
        known[1] = max(known[1], stalled or 0)
        known[2] = max(known[2], errors or 0)
    expected = defaultdict(lambda: [0, 0])
    for place, stalled, errors in greatest.values():
        expected[place][0] += stalled
        expected[place][1] += errors > 0
    assert len(rows) == 15
    assert len(greatest) < len(sessions), "no session has several titles"
    for row in rows.itertuples():
        assert (row.stalled, row.failed) == (
            pytest.approx(float(expected[row.name][0])),
            expected[row.name][1],
        )


def test_every_dimension_of_quality_can_be_picked(full, monkeypatch):
    app = open_page(full, "quality", monkeypatch)
    for name in ("device_type", "app_version", "connection_type", "quality", "place"):
        app = sound(app.button_group(key="dimension").set_value(name).run())
        assert "Dashed: all that is picked." in said(app)


def test_a_new_publish_is_picked_up(marts_files, tmp_path, monkeypatch):
    file = tmp_path / "marts.duckdb"
    shutil.copy(marts_files["full"], file)
    app = open_page(file, "overview", monkeypatch)
    assert int(figures(app)["Sessions"].replace(",", "")) > 0
    shutil.copy(marts_files["empty"], tmp_path / "new")
    (tmp_path / "new").replace(file)
    assert "Nobody watched" in said(sound(app.run()))


@pytest.mark.parametrize("made_by", ["nobody", "something else", "an older version"])
def test_without_marts_one_line_says_what_to_do(marts_files, tmp_path, made_by, monkeypatch):
    file = tmp_path / "marts.duckdb"
    if made_by == "something else":
        file.write_text("not a database")
    elif made_by == "an older version":
        shutil.copy(marts_files["full"], file)
        with duckdb.connect(str(file)) as connection:
            connection.execute("drop table marts.marts.daily_intake")
    app = open_page(file, "data_quality", monkeypatch)
    (error,) = app.error
    assert len(app.exception) == 0
    assert "\n" not in error.value
    assert str(file) in error.value
    assert "make demo" in error.value

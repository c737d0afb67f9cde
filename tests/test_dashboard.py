"""What the dashboard says, page by page: its numbers are those of plain SQL on the marts."""

import os
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import other_events
import pyarrow as pa
import pytest
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_BROWSER") != "1":
    pytest.importorskip("streamlit", reason="streamlit is not installed: make dashboard-test")

import text
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


def drawn(app: AppTest) -> list[list[dict[str, Any]]]:
    """The rows of each chart of the page."""
    tables = []
    for element in app.get("vega_lite_chart"):
        tables += [element.proto.data.data, *(one.data.data for one in element.proto.datasets)]
    return [pa.ipc.open_stream(table).read_all().to_pylist() for table in tables if table]


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


def test_rows_accepted_ignored_and_rejected_on_the_dates_picked(full, monkeypatch):
    app = open_page(full, "data_quality", monkeypatch)
    landed = """
        select sum(row_count), sum(row_count) filter (where outcome = 'accepted'),
            sum(row_count) filter (where outcome = 'ignored')
        from {}
    """
    rows, accepted, ignored = one(full, landed.format("marts.daily_intake"))
    assert ignored == other_events.IGNORED
    assert figures(app)["Rows landed"] == f"{rows:,}"
    assert figures(app)["Accepted"] == f"{accepted / rows:.2%}"
    assert figures(app)["Ignored"] == f"{ignored / rows:.2%}"
    assert figures(app)["Rejected"] == f"{(rows - accepted - ignored) / rows:.2%}"
    reasons = [row["name"] for chart in drawn(app) for row in chart if "row_count" in row]
    assert reasons and not {"accepted", "ignored"} & set(reasons)
    day = date(2025, 3, 4)
    app = sound(app.date_input(key="Dates").set_value((day, day)).run())
    rows, *_ = one(full, landed.format("marts.daily_intake where landed_on = '2025-03-04'"))
    assert figures(app)["Rows landed"] == f"{rows:,}"


def test_how_watch_time_is_known(full, monkeypatch):
    app = sound(open_page(full, "data_quality", monkeypatch))
    inferred, unplaced, uncredited = one(
        full,
        """
        select sum(inferred_watch_seconds) / sum(watch_seconds),
            sum(unplaced_watch_seconds) / sum(watch_seconds),
            count(*) filter (has_uncredited_report) / count(*)
        from marts.viewing_sessions
        """,
    )
    assert unplaced > 0.001
    assert uncredited > 0
    assert figures(app)["Watch time inferred"] == f"{inferred:.1%}"
    assert figures(app)["Watch time unplaced"] == f"{unplaced:.1%}"
    assert figures(app)["Reports exceed credit"] == f"{uncredited:.2%}"
    rows = [row for chart in drawn(app) for row in chart]
    shares = {row["name"]: row["share"] for row in rows if {"name", "share"} <= set(row)}
    assert shares["observed or stated"] == pytest.approx(1 - float(inferred) - float(unplaced))
    assert shares["stated, place unknown"] == pytest.approx(float(unplaced))


def test_what_nobody_knows_of_a_title_is_not_shown_as_nothing(full, monkeypatch):
    app = open_page(full, "titles", monkeypatch)
    app = sound(app.selectbox(key="title").set_value("stated-only").run())
    assert figures(app)["Viewers"] == f"{other_events.STATING}"
    assert figures(app)["Completed it"] == "–"
    assert "or nobody knows which parts" in said(app)
    app = sound(app.selectbox(key="title").set_value("t001").run())
    assert figures(app)["Completed it"] != "–"
    assert f"Of {other_events.STATING} of its viewers nobody knows" in said(app)
    app = sound(app.button_group(key="rank_False").set_value("completion").run())
    assert "stated-only" not in app.selectbox(key="title").options


def test_who_finishes_is_of_viewers_of_whom_it_is_known(full, monkeypatch):
    app = open_page(full, "viewers", monkeypatch)
    app = sound(app.multiselect(key="Device").set_value(["console"]).run())
    finished = one(
        full,
        """
        select avg(is_completed::int) from marts.viewer_title_engagement
        where is_completed is not null and dominant_device_type = 'console'
            or customer_id in (
                select customer_id from marts.viewer_segments
                where preferred_device_type = 'console' and watch_seconds = 0
            )
        """,
    )
    told = {
        row["everyone"]
        for chart in drawn(app)
        for row in chart
        if row.get("trait") == "Completes titles"
    }
    assert finished > 0.01
    assert told == {f"{finished:.0%}"}


STARTS = """
    select sum(startup_seconds) / sum(startup_reported_session_count),
        sum(exit_before_start_session_count) / sum(opened_session_count),
        sum(start_failure_session_count) / sum(opened_session_count)
    from marts.playback_quality where device_type = '{}'
"""


def test_how_playback_starts(full, monkeypatch):
    app = open_page(full, "quality", monkeypatch)
    app = sound(app.multiselect(key="Device").set_value(["console"]).run())
    startup, exits, failures = one(full, STARTS.format("console"))
    assert startup == 3
    assert exits > 0 and failures > 0
    assert figures(app)["Start-up time"] == f"{startup:.1f} s"
    assert figures(app)["Exits before start"] == f"{exits:.1%}"
    assert figures(app)["Start failures"] == f"{failures:.1%}"
    app = sound(app.multiselect(key="Device").set_value(["mobile"]).run())
    startup, _, failures = one(full, STARTS.format("mobile"))
    assert startup is None
    assert figures(app)["Start-up time"] == "–"
    assert figures(app)["Start failures"] == f"{failures:.1%}"
    assert "Nothing tells how long playback took to start" in said(app)


def test_without_a_report_of_errors_no_start_is_said_not_to_fail(marts_files, monkeypatch):
    app = sound(open_page(marts_files["bare"], "quality", monkeypatch))
    assert figures(app)["Start failures"] == "–"
    assert figures(app)["Exits before start"] != "–"
    assert "nobody knows which starts failed" in said(app)


def test_a_place_counts_a_session_once(full, monkeypatch):
    """Against plain Python: of each session the greatest counter, and all that its events tell."""
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(full))
    import filters
    import places

    rows, _ = places.by_place(filters.Filters())
    with duckdb.connect(str(full), read_only=True) as connection:
        sessions = connection.execute("""
            select customer_id, session_id, country, state, watch_seconds, buffering_seconds,
                buffering_source, error_count, error_source
            from marts.viewing_sessions order by started_at
        """).fetchall()
    greatest: dict[tuple[str, str], list[Any]] = {}
    expected = defaultdict(lambda: [0, 0, 0])
    for customer, session, country, state, watched, stalled, stalls, errors, by in sessions:
        place = f"{state}, {country}"
        known = greatest.setdefault((customer, session), [place, 0, 0])
        if stalled is not None:
            expected[place][2] += watched
        if stalls == "events":
            expected[place][0] += stalled
        elif stalls == "counter":
            known[1] = max(known[1], stalled or 0)
        if by == "events":
            expected[place][1] += errors > 0
        elif by == "counter":
            known[2] = max(known[2], errors)
    for place, stalled, errors in greatest.values():
        expected[place][0] += stalled
        expected[place][1] += errors > 0
    assert len(rows) == 15
    assert "North, Utopia" in set(rows.name)
    assert expected["North, Utopia"][:2] == [39, 6], "stalls and errors that events tell"
    assert len(greatest) < len(sessions), "no session has several titles"
    for row in rows.itertuples():
        stalled, failed, watched = map(float, expected[row.name])
        assert (row.stalled, row.failed) == (pytest.approx(stalled), failed)
        assert row.stall_base == pytest.approx(stalled + watched)


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
    assert text.markdown(file) in error.value
    assert "make demo" in error.value


def test_escaped_text_reads_as_it_was():
    hostile = "![x](http://a.b/c) a@b.c :red[d] \u202e<b>\n$e$"
    shown = text.markdown(hostile).replace(text.JOINER, "").replace("\\", "")
    assert shown == "![x](http://a.b/c) a@b.c :red[d]  <b> $e$"
    assert text.html('"<b>&') == "&quot;&lt;b&gt;&amp;"

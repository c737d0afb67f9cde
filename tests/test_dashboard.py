"""What the dashboard says, page by page: its numbers are those of plain SQL on the marts."""

import os
import shutil
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import other_events
import pyarrow as pa
import pytest
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_BROWSER") != "1":
    pytest.importorskip("streamlit", reason="streamlit is not installed: make dashboard-test")

import charts
import periods
import text
from streamlit.testing.v1 import AppTest

PAGES = ["overview", "titles", "title", "viewers", "audience", "quality", "data_quality"]
# A page of which something cannot be known says why, and what would change it.
EXPLAINED = {
    "bare": {
        "viewers": "map the source's column to `device_type`",
        "quality": "neither stalls nor errors",
        "data_quality": "not in the lake layout",
    },
    "empty": {
        "overview": "Nobody watched",
        "titles": "No title was watched",
        "title": "There is no title",
        "viewers": "No viewer",
        "audience": "Nobody was watching",
        "quality": "No session began",
        "data_quality": "No watch time in these dates",
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


def pick_dates(app: AppTest, first: date, last: date) -> AppTest:
    app.selectbox(key="period").set_value("Own dates").run()
    return app.date_input(key="dates").set_value((first, last)).run()


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


@pytest.mark.parametrize("genre", ["genre", "title"])
def test_without_a_catalogue_the_overview_says_why_no_genre(marts_files, genre, monkeypatch):
    app = open_page(marts_files["bare"], "overview", monkeypatch)
    app = sound(app.button_group(key="watched_by").set_value(genre).run())
    assert ("titles_path" in said(app)) == (genre == "genre")


OVERVIEW = """
    select count(distinct customer_id), count(*) filter (where viewing_sessions.watch_seconds > 0),
        sum(viewing_sessions.watch_seconds) / 3600
    from marts.viewing_sessions join marts.title_performance using (title_id) where {}
"""


@pytest.mark.parametrize(
    ("picks", "condition"),
    [
        ({}, "true"),
        ({"device": ["tv", "web"]}, "device_type in ('tv', 'web')"),
        ({"genre": ["Drama"]}, "genre = 'Drama'"),
        ({"dates": (date(2025, 3, 4), date(2025, 3, 4))}, "started_at::date = '2025-03-04'"),
        (
            {"device": ["mobile"], "dates": (date(2025, 3, 3), date(2025, 3, 4))},
            "device_type = 'mobile' and started_at::date <= '2025-03-04'",
        ),
    ],
)
def test_the_overview_counts_what_is_picked(full, picks, condition, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    for name, values in picks.items():
        if name == "dates":
            pick_dates(app, *values)
        else:
            app.multiselect(key=name).set_value(values)
    shown = figures(sound(app.run()))
    viewers, views, hours = one(full, OVERVIEW.format(condition))
    assert viewers > 0
    assert shown["Viewers"] == f"{viewers:,}"
    assert shown["Views"] == f"{views:,}"
    assert shown["Hours watched"] == charts.figure(hours)


def test_a_pick_goes_along_to_the_next_page(full, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    app.multiselect(key="device").set_value(["tv"]).run()
    app = sound(app.switch_page("views/quality.py").run())
    assert app.multiselect(key="device").value == ["tv"]
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
    assert figures(app)["Error rate"] == f"{failed:.1%}"
    app = sound(app.switch_page("views/audience.py").run())
    assert [box.key for box in app.multiselect] == [], "minutes do not know their devices"
    app = sound(app.switch_page("views/viewers.py").run())
    mostly_tv = "select count(*) from marts.viewer_segments where preferred_device_type = 'tv'"
    assert figures(app)["Viewers"] == f"{one(full, mostly_tv):,}"


def table(app: AppTest) -> list[dict[str, Any]]:
    return app.dataframe[0].value.to_dict("records")


def test_every_title_is_in_the_table_and_can_be_found(full, monkeypatch):
    app = sound(open_page(full, "titles", monkeypatch))
    count = one(full, "select count(*) from marts.title_performance")
    assert len(table(app)) == count
    app = sound(app.multiselect(key="genre").set_value(["Drama"]).run())
    rows = table(app)
    best, titles = one(
        full,
        """
        select arg_max(title_id, watch_seconds), count(*) from marts.title_performance
        where genre = 'Drama'
        """,
    )
    assert (rows[0]["title_id"], len(rows)) == (best, titles)
    app = sound(app.text_input(key="find_title").set_value("T00").run())
    assert {row["title_id"] for row in table(app)} == {
        row["title_id"] for row in rows if "t00" in (row["name"] + " " + row["title_id"]).lower()
    }


def test_a_title_that_is_picked_tells_its_story(full, monkeypatch):
    app = open_page(full, "title", monkeypatch)
    last = one(
        full,
        "select arg_min(title_id, watch_seconds) from marts.title_performance where view_count > 5",
    )
    app = sound(app.selectbox(key="title").set_value(last).run())
    viewers = f"select viewer_count from marts.title_performance where title_id = '{last}'"
    assert figures(app)["Viewers"] == f"{one(full, viewers):,}"
    app = sound(app.selectbox(key="other").set_value("t001").run())
    hours = one(full, "select watch_hours from marts.title_performance where title_id = 't001'")
    assert charts.figure(hours) in list(app.dataframe[0].value["Other"])


def test_within_dates_titles_rank_by_their_sessions(full, monkeypatch):
    app = open_page(full, "titles", monkeypatch)
    app = sound(pick_dates(app, date(2025, 3, 4), date(2025, 3, 4)))
    best, hours, sessions = one(
        full,
        """
        select title_id, sum(watch_seconds) / 3600, count(*)
        from marts.viewing_sessions where started_at::date = '2025-03-04'
        group by title_id order by sum(watch_seconds) desc limit 1
        """,
    )
    first = table(app)[0]
    assert (first["title_id"], first["sessions"]) == (best, sessions)
    assert first["hours"] == pytest.approx(float(hours))


def test_the_audience_of_the_dates_picked(full, monkeypatch):
    app = open_page(full, "audience", monkeypatch)
    day = date(2025, 3, 3)
    app = sound(pick_dates(app, day, day))
    peak, average = one(
        full,
        """
        select max(peak_concurrent_viewers), avg(average_concurrent_viewers)
        from marts.viewing_concurrency where minute_at::date = '2025-03-03'
        """,
    )
    assert figures(app)["Most viewers at once"] == f"{peak:,}"
    assert figures(app)["Viewers on average"] == charts.figure(average)
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
    app = sound(pick_dates(app, day, day))
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
    app = open_page(full, "title", monkeypatch)
    app = sound(app.selectbox(key="title").set_value("stated-only").run())
    assert figures(app)["Viewers"] == f"{other_events.STATING}"
    assert figures(app)["Completed it"] == "–"
    assert "or nobody knows which parts" in said(app)
    app = sound(app.selectbox(key="title").set_value("t001").run())
    assert figures(app)["Completed it"] != "–"
    assert f"Of {other_events.STATING} of its viewers nobody knows" in said(app)
    app = sound(app.switch_page("views/titles.py").run())
    (completion,) = [row["completion"] for row in table(app) if row["title_id"] == "stated-only"]
    assert completion != completion


def test_who_finishes_is_of_viewers_of_whom_it_is_known(full, monkeypatch):
    app = open_page(full, "viewers", monkeypatch)
    app = sound(app.multiselect(key="device").set_value(["console"]).run())
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
    app = sound(app.multiselect(key="device").set_value(["console"]).run())
    startup, exits, failures = one(full, STARTS.format("console"))
    assert startup == 3
    assert exits > 0 and failures > 0
    assert figures(app)["Start-up time"] == f"{startup:.1f} s"
    assert figures(app)["Exits before start"] == f"{exits:.1%}"
    assert figures(app)["Start failures"] == f"{failures:.1%}"
    app = sound(app.multiselect(key="device").set_value(["mobile"]).run())
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

    rows, _ = places.by_place(filters.Filters(calendar=filters.calendar()))
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
    assert int(figures(app)["Views"].replace(",", "")) > 0
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


WEEKS = 10


def lengthened(full: Path, file: Path, days: int) -> Path:
    """The first day's viewing on so many days; the last of them ends at noon."""
    shutil.copy(full, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from marts.viewing_concurrency where minute_at >= '2025-03-05'")
        connection.execute("delete from marts.viewing_concurrency where minute_at < '2025-03-04'")
        connection.execute(f"""
            insert into marts.viewing_concurrency
            select viewing_concurrency.* replace (minute_at + interval 1 day * n as minute_at)
            from marts.viewing_concurrency, range(1, {days}) _ (n)
            where n < {days - 1} or hour(minute_at) < 12
        """)
        connection.execute(f"""
            insert into marts.daily_viewing
            select daily_viewing.* replace (date '2025-03-07' + cast(n as int) as viewed_on)
            from marts.daily_viewing, range({days - 3}) _ (n) where viewed_on = '2025-03-04'
        """)
        day = f"date '2025-03-04' + cast({days - 1} - n as int)"
        connection.execute(f"""
            create or replace table marts.viewing_sessions as
            select viewing_sessions.* replace (
                    customer_id || '-' || n % 3 as customer_id,
                    {day} + started_at::time as started_at,
                    {day} + started_at::time + (ended_at - started_at) as ended_at
                )
            from marts.viewing_sessions, range({days}) _ (n)
            where hash(session_id, n) % {days} > n / 2
        """)
    return file


def test_a_card_compares_with_the_period_before(full, tmp_path, monkeypatch):
    file = lengthened(full, tmp_path / "long.duckdb", 20)
    app = sound(open_page(file, "overview", monkeypatch))
    assert app.selectbox(key="period").value == "Last 7 days"
    # 23 March ends at noon: it is no part of seven whole days.
    count = """
        select count(distinct customer_id) from marts.viewing_sessions
        where started_at::date between '2025-03-{}' and '2025-03-{}'
    """
    now, before = one(file, count.format(16, 22)), one(file, count.format("09", 15))
    (viewers,) = [metric for metric in app.metric if metric.label == "Viewers"]
    assert viewers.value == f"{now:,}"
    assert viewers.delta == f"{now / before - 1:+.1%}"
    assert now != before
    app = sound(app.selectbox(key="period").set_value("All dates").run())
    assert {metric.delta for metric in app.metric} == {""}
    assert "left out of averages: 23 March (until 11:" in said(app)


def test_what_is_partial_is_dashed_and_left_out_of_averages(full, tmp_path, monkeypatch):
    file = lengthened(full, tmp_path / "long.duckdb", 20)
    app = open_page(file, "audience", monkeypatch)
    app = sound(app.selectbox(key="period").set_value("All dates").run())
    average = one(
        file,
        """
        select avg(average_concurrent_viewers) from marts.viewing_concurrency
        where minute_at < '2025-03-23'
        """,
    )
    assert figures(app)["Viewers on average"] == charts.figure(average)
    assert "23 March" in said(app)


@pytest.mark.parametrize(
    ("days", "unit"), [(1, "hour"), (100, "day"), (101, "week"), (1100, "week"), (3650, "month")]
)
def test_points_are_few_whatever_the_dates(days, unit):
    first = date(2016, 1, 1)
    assert periods.unit(first, first + (days - 1) * periods.DAY) == unit


def test_a_partial_day_is_told_by_the_other_days():
    edges = [
        (date(2025, 3, day), datetime(2025, 3, day, 0, 20), datetime(2025, 3, day, 22, 30))
        for day in range(3, 7)
    ]
    assert periods.calendar(edges).last_whole == date(2025, 3, 6)
    early = (date(2025, 3, 7), datetime(2025, 3, 7, 0, 20), datetime(2025, 3, 7, 22, 29))
    assert periods.calendar([*edges, early]).last_whole == date(2025, 3, 6)
    assert periods.calendar([*edges, early]).last == date(2025, 3, 7)
    late = (date(2025, 3, 2), datetime(2025, 3, 2, 9), datetime(2025, 3, 2, 23))
    assert periods.calendar([late, *edges]).first_whole == date(2025, 3, 3)
    assert periods.calendar([late]).whole_days == 1
    assert periods.calendar([]) is None


def test_the_address_has_what_is_picked_and_gives_it_back(full, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    assert not app.query_params
    app.multiselect(key="device").set_value(["tv", "web"])
    app = sound(pick_dates(app, date(2025, 3, 4), date(2025, 3, 5)))
    app = sound(app.button_group(key="watched_by").set_value("genre").run())
    address = dict(app.query_params)
    assert address == {
        "device": ["tv", "web"],
        "period": "Own dates",
        "dates": ["2025-03-04", "2025-03-05"],
        "watched_by": "genre",
    }
    again = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for name, values in address.items():
        again.query_params[name] = values
    again = sound(again.run())
    assert figures(again) == figures(app)
    assert dict(again.query_params) == address


@pytest.mark.parametrize(
    "address",
    [
        {"device": ["no such"], "period": ["never"], "trend": ["?"]},
        {"period": ["Own dates"], "dates": ["1"]},
        {"period": ["Own dates"], "dates": ["2031-01-01", "1999-01-01", "x"]},
    ],
)
def test_an_address_that_nobody_can_read_is_no_error(full, address, monkeypatch):
    monkeypatch.setenv("PLAYHEAD_MARTS_PATH", str(full))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for name, values in address.items():
        app.query_params[name] = values
    assert figures(sound(app.run()))


def test_filters_that_hide_everything_offer_to_clear_themselves(full, monkeypatch):
    app = open_page(full, "overview", monkeypatch)
    app.multiselect(key="device").set_value(["console"])
    app.multiselect(key="genre").set_value(["Romance"])
    app = sound(pick_dates(app, date(2025, 3, 3), date(2025, 3, 3)))
    assert "Nobody watched" in said(app)
    (clear,) = app.button
    app = sound(clear.click().run())
    assert figures(app)["Viewers"]
    assert not app.query_params


def test_a_lake_of_which_nothing_was_accepted_leads_to_why(marts_files, monkeypatch):
    app = sound(open_page(marts_files["empty"], "overview", monkeypatch))
    assert "Data quality says why" in str(app.get("page_link")[0].proto)
    app = sound(app.switch_page("views/data_quality.py").run())
    assert "make check" in app.warning[0].value


def test_cohorts_are_of_whole_weeks(full, tmp_path, monkeypatch):
    file = lengthened(full, tmp_path / "long.duckdb", 7 * WEEKS)
    app = sound(open_page(file, "viewers", monkeypatch))
    cells = {
        (row["cohort"].date(), row["age"]): (row["viewers"], row["size"])
        for chart in drawn(app)
        for row in chart
        if "cohort" in row
    }
    with duckdb.connect(str(file), read_only=True) as connection:
        seen = connection.execute(
            "select customer_id, started_at::date from marts.viewing_sessions"
        ).fetchall()
    weeks: dict[str, set[date]] = defaultdict(set)
    for customer, day in seen:
        weeks[customer].add(day - day.weekday() * periods.DAY)
    expected: dict[tuple[date, int], int] = defaultdict(int)
    for own in weeks.values():
        for week in own:
            expected[min(own), (week - min(own)).days // 7] += 1
    # 4 March is a Tuesday, and 12 May a Monday that ends at noon.
    assert cells and all(cohort > date(2025, 3, 3) for cohort, _ in cells)
    assert max(cohort + 7 * age * periods.DAY for cohort, age in cells) == date(2025, 5, 5)
    for (cohort, age), (viewers, size) in cells.items():
        assert (viewers, size) == (expected[cohort, age], expected[cohort, 0])


def test_a_viewer_is_found_and_has_a_history(full, monkeypatch):
    app = open_page(full, "viewers", monkeypatch)
    app = sound(app.text_input(key="find_viewer").set_value("REFERENCE").run())
    assert [row["customer_id"] for row in table(app)] == ["reference-viewer"]
    monkeypatch.setitem(app.session_state, "kept", {"viewer": ["reference-viewer"]})
    app = sound(app.run())
    history = app.dataframe[-1].value.to_dict("records")
    assert [row["minutes"] for row in history] == [pytest.approx(130 / 60)]


def test_csv_runs_no_formula():
    import pandas as pd
    import tables

    written = tables.csv(pd.DataFrame({"name": ["=1+1", "@x", "-2", "plain"], "hours": [-1] * 4}))
    assert written.split() == ["name,hours", "'=1+1,-1", "'@x,-1", "'-2,-1", "plain,-1"]


def test_one_glossary_names_every_measure_and_is_that_of_the_docs():
    import cards
    import glossary
    import write_glossary

    assert write_glossary.TARGET.read_text() == write_glossary.written()
    assert set(cards.MEASURES) <= set(glossary.terms())
    names = [name for name, _ in glossary.terms().values()]
    assert len(set(names)) == len(names)
    marts = "".join(file.read_text() for file in (ROOT / "models/marts").glob("*.yml"))
    for key in ("watched_per_view", "seen_per_viewer", "rebuffer_ratio", "survival"):
        assert f'doc("glossary_{key}")' in marts


def test_key_moments_of_a_curve():
    import moments
    import pandas as pd

    buckets = pd.Series(range(100))
    seen = 0.9 - buckets * 0.004
    seen[30:33] -= 0.3
    survival = 0.95 - buckets.clip(upper=49) * 0.008
    survival[80:] -= 0.2
    plays = pd.Series(1.0, index=buckets)
    plays[60] = 1.5
    curve = pd.DataFrame(
        {
            "start_seconds": buckets * 6.0,
            "viewer_retention": seen,
            "survival": survival,
            "drop_off": survival - survival.shift(-1).fillna(survival.iloc[-1]),
            "rewatch_ratio": plays,
        }
    )
    found = {one.kind: (one.first, one.last) for one in moments.moments(curve)}
    assert found["opening"] == (0, 5)
    assert found["fall"] == (79, 79)
    assert 30 <= found["dip"][0] <= 32
    assert found["spike"] == (60, 60)
    assert found["flat"] == (49, 78)

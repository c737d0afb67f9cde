"""Metrics equal SQL: each is asked of MetricFlow and of the marts, and the rows must be alike."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from generator.faults import REALISTIC
from generator.run import GeneratorOptions, generate
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
from other_events import land_other_events

# What the demo's lake has none of: groups that nobody reports, and a title without a duration.
GAPS = """
    update marts.viewing_sessions set isp = null, device_type = null where hash(session_id) % 5 = 0;
    update marts.playback_quality set isp = null where hash(device_os, quality) % 5 = 0;
    update marts.playback_quality set buffering_seconds = null, buffering_event_count = null,
        buffering_reported_watch_seconds = 0, buffering_events_reported_watch_seconds = 0
    where connection_type = 'cable';
    update marts.playback_quality set buffering_event_count = null,
        buffering_events_reported_watch_seconds = 0 where connection_type = 'fiber';
    update marts.title_performance
    set title_duration_seconds = null, genre = null, released_on = null
    where title_id in (select title_id from marts.title_performance order by watch_seconds limit 70)
        and hash(title_id) % 3 = 0;
"""

# The groups to ask for, and the answer: its other columns are the metrics.
CASES = {
    "viewing_in_all": (
        [],
        """
        select
            sum(watch_seconds) as watch_seconds,
            sum(watch_seconds) / 3600 as watch_hours,
            count(distinct customer_id) as viewers,
            count(distinct title_id) as titles_watched,
            count(*) as sessions,
            count(distinct (customer_id, session_id)) as sittings,
            count(*) filter (watch_seconds > 0) as views,
            sum(play_count) as plays,
            sum(pause_count) as pauses,
            sum(forward_skip_count) as forward_skips,
            sum(backward_skip_count) as backward_skips,
            count(*) filter (is_engaged) as engaged_sessions,
            sum(inferred_watch_seconds) as inferred_watch_seconds,
            sum(unplaced_watch_seconds) as unplaced_watch_seconds
        from marts.viewing_sessions
        """,
    ),
    "viewing_by_device_and_isp": (
        ["viewing_session__device_type", "viewing_session__isp"],
        """
        select
            coalesce(device_type, 'not reported') as viewing_session__device_type,
            coalesce(isp, 'not reported') as viewing_session__isp,
            count(distinct customer_id) as viewers,
            sum(play_count) as plays,
            sum(watch_seconds) / count(*) filter (watch_seconds > 0) as average_view_seconds,
            sum(watch_seconds) / 3600 / count(distinct customer_id) as watch_hours_per_viewer,
            avg(is_engaged::int) as engaged_session_share,
            sum(inferred_watch_seconds) / sum(watch_seconds) as inferred_watch_share,
            sum(unplaced_watch_seconds) / sum(watch_seconds) as unplaced_watch_share
        from marts.viewing_sessions group by all
        """,
    ),
    "viewing_by_day": (
        ["metric_time__day"],
        """
        with days as (
            select viewed_on, coalesce(sum(sessions.watch_seconds), 0) as seconds
            from marts.daily_viewing
            left join marts.viewing_sessions as sessions on started_at::date = viewed_on
            group by viewed_on
        )
        select
            viewed_on as metric_time__day,
            (
                select sum(seconds) from days as own
                where own.viewed_on between days.viewed_on - 6 and days.viewed_on
            ) as watch_seconds_last_7_days,
            seconds / (
                select nullif(seconds, 0) from days as own where own.viewed_on = days.viewed_on - 7
            ) as watch_seconds_week_over_week
        from days
        """,
    ),
    "the_last_7_days_of_a_week_are_its_end": (
        ["metric_time__week"],
        """
        with weeks as (
            select date_trunc('week', viewed_on) as week, max(viewed_on) as ends_on
            from marts.daily_viewing group by all
        )
        select
            week as metric_time__week,
            (
                select sum(watch_seconds) from marts.viewing_sessions
                where started_at::date between ends_on - 6 and ends_on
            ) as watch_seconds_last_7_days
        from weeks
        """,
    ),
    "viewing_by_hour_on_tv": (
        ["viewing_session__started_hour_at__hour"],
        """
        select
            date_trunc('hour', started_at) as viewing_session__started_hour_at__hour,
            sum(watch_seconds) / 3600 as watch_hours,
            count(distinct customer_id) as viewers
        from marts.viewing_sessions where device_type = 'tv' group by all
        """,
        "{{ Dimension('viewing_session__device_type') }} = 'tv'",
    ),
    "engagement_by_tier": (
        ["viewer_title__engagement_tier"],
        """
        select
            engagement_tier as viewer_title__engagement_tier,
            count(*) as viewer_titles,
            count(distinct customer_id) as engagement_viewers,
            sum(is_completed::int) as completed_viewer_titles,
            sum(is_replay::int) as replayed_viewer_titles,
            sum(watch_seconds) as engagement_watch_seconds,
            sum(unique_watch_seconds) as unique_watch_seconds,
            sum(watch_seconds - unique_watch_seconds) as rewatch_seconds,
            sum(watch_seconds) filter (unique_watch_seconds is not null)
                as placed_viewer_title_watch_seconds,
            count(*) filter (is_completed) / count(*) as completion_rate,
            avg(engagement_score) as average_engagement_score
        from marts.viewer_title_engagement group by all
        """,
    ),
    "engagement_by_genre": (
        ["title__genre"],
        """
        select
            coalesce(genre, 'not reported') as title__genre,
            count(*) filter (is_completed) / count(*) as completion_rate,
            avg(is_replay::int) as replay_rate,
            sum(rewatch_seconds) / sum(viewer_title_engagement.watch_seconds)
                filter (viewer_title_engagement.unplaced_watch_seconds = 0) as rewatch_share,
            count(*) filter (engagement_tier = 'High') as high_tier_viewer_titles,
            avg((engagement_tier = 'High')::int) as high_tier_share
        from marts.viewer_title_engagement
        inner join marts.title_performance using (title_id)
        group by all
        """,
    ),
    "engagement_by_completion": (
        ["viewer_title__is_completed"],
        """
        select
            case when is_completed then 'true' when not is_completed then 'false'
                else 'not known' end as viewer_title__is_completed,
            count(*) as viewer_titles,
            sum(unique_watch_seconds) as unique_watch_seconds,
            sum(rewatch_seconds) as rewatch_seconds
        from marts.viewer_title_engagement group by all
        """,
    ),
    "completion_of_titles_equals_their_own": (
        ["title"],
        """
        select title_id as title, completion_rate, viewer_count as engagement_viewers
        from marts.title_performance where viewer_count > 0
        """,
    ),
    "titles_by_duration_band": (
        ["title__duration_band"],
        """
        select
            coalesce(duration_band, 'not reported') as title__duration_band,
            count(*) as titles_offered,
            sum(watch_seconds) filter (title_duration_seconds > 0) as timed_watch_seconds,
            sum(view_count * title_duration_seconds) as offered_seconds,
            100 * sum(watch_seconds) filter (title_duration_seconds > 0)
            / sum(view_count * title_duration_seconds) as average_percentage_viewed
        from marts.title_performance group by all
        """,
    ),
    "percentage_viewed_of_a_title_equals_its_own": (
        ["title"],
        """
        select title_id as title,
            case when title_duration_seconds > 0 then avg_percentage_viewed end
                as average_percentage_viewed
        from marts.title_performance
        """,
    ),
    "audience_by_segment": (
        ["viewer__segment"],
        """
        select
            segment as viewer__segment,
            count(*) as segment_viewers,
            sum(title_count) as viewer_title_pairs,
            sum(visit_count) as visits,
            sum(binge_visit_count) as binge_visits,
            sum(title_count) / count(*) as titles_per_viewer,
            sum(binge_visit_count) / sum(visit_count) as binge_share,
            sum(watch_seconds) / 3600 as watch_hours
        from marts.viewer_segments group by all
        """,
    ),
    "audience_by_daypart": (
        ["viewer__preferred_daypart"],
        """
        select
            coalesce(preferred_daypart, 'not reported') as viewer__preferred_daypart,
            count(*) filter (segment = 'at_risk') as at_risk_viewers,
            avg((segment = 'at_risk')::int) as at_risk_share
        from marts.viewer_segments group by all
        """,
    ),
    "concurrency_by_hour": (
        ["metric_time__hour"],
        """
        select
            date_trunc('hour', minute_at) as metric_time__hour,
            60 * count(*) as clock_seconds,
            sum(played_seconds) as played_seconds,
            sum(viewer_seconds) as viewer_seconds,
            max(peak_concurrent_plays) as peak_concurrent_plays,
            max(peak_concurrent_viewers) as peak_concurrent_viewers,
            max(peak_simultaneous_streams) as peak_simultaneous_streams
        from marts.viewing_concurrency group by all
        """,
    ),
    "concurrency_by_daypart": (
        ["viewing_minute__daypart"],
        """
        select
            daypart as viewing_minute__daypart,
            max(peak_concurrent_plays) as peak_concurrent_plays,
            avg(average_concurrent_plays) as average_concurrent_plays,
            avg(average_concurrent_viewers) as average_concurrent_viewers
        from marts.viewing_concurrency group by all
        """,
    ),
    "peaks_of_days_equal_the_days_own": (
        ["metric_time__day"],
        """
        select viewed_on as metric_time__day, peak_concurrent_plays, peak_concurrent_viewers,
            stickiness, active_viewer_count as average_daily_viewers,
            active_viewer_count_7d as active_viewers_7d,
            active_viewer_count_28d as active_viewers_28d
        from marts.daily_viewing
        """,
    ),
    "quality_by_isp": (
        ["quality_cell__isp"],
        """
        select
            coalesce(isp, 'not reported') as quality_cell__isp,
            sum(watch_seconds) as quality_watch_seconds,
            coalesce(sum(watch_seconds) filter (quality = '4K'), 0) as uhd_watch_seconds,
            coalesce(sum(watch_seconds) filter (quality = '4K'), 0) / sum(watch_seconds)
                as uhd_watch_share,
            sum(buffering_seconds) / (
                sum(buffering_seconds) + sum(buffering_reported_watch_seconds)
            ) as rebuffer_ratio,
            60 * sum(buffering_event_count)
            / nullif(sum(buffering_events_reported_watch_seconds), 0) as rebuffer_frequency,
            sum(startup_seconds) / nullif(sum(startup_reported_session_count), 0)
                as average_startup_seconds,
            sum(exit_before_start_session_count) / sum(opened_session_count)
                as exit_before_start_rate,
            sum(start_failure_session_count) / sum(opened_session_count) as start_failure_rate,
            sum(error_session_count) / sum(error_reported_session_count) as error_rate,
            sum(good_session_count) / sum(rated_session_count) as good_session_ratio,
            sum(bandwidth_megabits) / nullif(sum(bandwidth_watch_seconds), 0)
                as time_weighted_bandwidth_mbps
        from marts.playback_quality group by all
        """,
    ),
    "quality_by_connection_and_day": (
        ["metric_time__day", "quality_cell__connection_type"],
        """
        select
            started_on as metric_time__day,
            coalesce(connection_type, 'not reported') as quality_cell__connection_type,
            sum(buffering_seconds) as buffering_seconds,
            sum(buffering_event_count) as buffering_events,
            sum(buffering_reported_watch_seconds) as buffering_reported_watch_seconds,
            sum(buffering_events_reported_watch_seconds) as buffering_events_reported_watch_seconds,
            coalesce(sum(buffering_seconds), 0) + sum(buffering_reported_watch_seconds)
                as waited_or_watched_seconds,
            sum(opened_session_count) as opened_sessions,
            sum(startup_reported_session_count) as startup_reported_sessions,
            sum(startup_seconds) as startup_seconds,
            sum(exit_before_start_session_count) as exits_before_start,
            sum(start_failure_session_count) as start_failures,
            sum(error_session_count) as error_sessions,
            sum(error_reported_session_count) as error_reported_sessions,
            sum(good_session_count) as good_sessions,
            sum(rated_session_count) as rated_sessions,
            sum(bandwidth_megabits) as bandwidth_megabits,
            sum(bandwidth_watch_seconds) as bandwidth_watch_seconds
        from marts.playback_quality group by all
        """,
    ),
    "days_by_week": (
        ["metric_time__week"],
        """
        select
            date_trunc('week', viewed_on) as metric_time__week,
            sum(watch_seconds) as daily_watch_seconds,
            sum(watch_seconds) / 3600 as daily_watch_hours,
            avg(active_viewer_count) as average_daily_viewers,
            max_by(active_viewer_count_7d, viewed_on) as active_viewers_7d,
            max_by(active_viewer_count_28d, viewed_on) as active_viewers_28d,
            sum(active_viewer_count) as active_viewer_days,
            sum(active_viewer_count_28d) as active_viewer_28d_days,
            sum(active_viewer_count) / sum(active_viewer_count_28d) as stickiness,
            sum(new_viewer_count) as new_viewers,
            sum(rejected_row_count) as rejected_rows
        from marts.daily_viewing group by all
        """,
    ),
}


@pytest.fixture(scope="module")
def built(builds) -> Build:
    """Nine simulated days, built, and a folder that `mf` takes for the project."""
    build = builds("semantic")
    generate(GeneratorOptions(build.folder / "data", days=9, scale=0.001, faults=REALISTIC))
    land_other_events(build.folder / "data" / "telemetry")
    build.must(
        "run",
        telemetry_path=build.folder / "data" / "telemetry",
        titles_path=build.folder / "data" / "titles.csv",
        # In nine days nobody is but new, unless that is said of nobody.
        audience={"new_viewer_days": 0, "at_risk_days": 1},
    )
    with duckdb.connect(str(build.duckdb_path)) as connection:
        connection.execute(GAPS)
    # mf reads target/ of the project's folder, wherever dbt was told to write it.
    (build.folder / "dbt_project.yml").symlink_to(ROOT / "dbt_project.yml")
    return build


@pytest.fixture(scope="module")
def mf(built) -> Iterator[CLIConfiguration]:
    """MetricFlow as its command line sets it up, once for all questions."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in built.environment.items():
            patch.setenv(name, value)
        configuration = CLIConfiguration()
        configuration.setup(ROOT, built.folder, configure_file_logging=False)
        yield configuration
        configuration.sql_client.close()


@pytest.fixture(scope="module")
def command_line(built, tmp_path_factory) -> Any:
    """`mf` as its users run it, on a copy: the engine above holds the build file open."""
    folder = tmp_path_factory.mktemp("command_line")
    copy = Build(folder)
    shutil.copy(built.duckdb_path, copy.duckdb_path)
    shutil.copytree(built.folder / "target", folder / "target")
    (folder / "dbt_project.yml").symlink_to(ROOT / "dbt_project.yml")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name("mf"), *arguments],
            cwd=folder,
            env=os.environ | copy.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    return run


def manifest(build: Build) -> dict[str, Any]:
    return json.loads((build.folder / "target" / "semantic_manifest.json").read_text())


def rows_of(table: Any) -> list[dict[str, Any]]:
    return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]


def by_group(rows: list[dict[str, Any]], groups: list[str]) -> dict[tuple[str, ...], Any]:
    """The rows by their groups, a date and its midnight alike; fails where two are of one group."""
    keyed = {
        tuple(str(row[name])[:19].removesuffix(" 00:00:00") for name in groups): row for row in rows
    }
    assert len(keyed) == len(rows), "a group has several rows"
    return keyed


def same(actual: Any, expected: Any) -> bool:
    if actual is None or expected is None:
        return actual is expected
    return float(actual) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_metrics_equal_sql(mf, name):
    groups, sql, *where = CASES[name]
    expected = rows_of(mf.sql_client.query(sql))
    metrics = [column for column in expected[0] if column not in groups]
    request = MetricFlowQueryRequest.create(
        metric_names=metrics, group_by_names=groups, where_constraints=where
    )
    actual = rows_of(mf.mf.query(request).result_df)
    answers, questions = by_group(actual, groups), by_group(expected, groups)
    assert sorted(answers) == sorted(questions)
    assert len(questions) > 1 or not groups
    for group, row in questions.items():
        for metric in metrics:
            assert same(answers[group][metric], row[metric]), (group, metric, row[metric])
    for metric in metrics:
        assert any(row[metric] for row in expected), f"{metric} is always nothing"


def test_every_metric_is_compared(built, mf):
    compared = set()
    for groups, sql, *_ in CASES.values():
        compared |= set(mf.sql_client.query(sql).column_names) - set(groups)
    assert compared == {metric["name"] for metric in manifest(built)["metrics"]}


def test_a_saved_query_has_a_row_a_group(built, mf):
    queries = manifest(built)["saved_queries"]
    assert len(queries) >= 7
    for query in queries:
        request = MetricFlowQueryRequest.create(saved_query_name=query["name"])
        rows = rows_of(mf.mf.query(request).result_df)
        metrics = query["query_params"]["metrics"]
        groups = [column for column in rows[0] if column not in metrics]
        assert len(by_group(rows, groups)) > 1
        assert all(row[name] is not None for row in rows for name in groups)


def test_the_time_spine_has_every_date_of_the_marts(mf):
    missing = mf.sql_client.query("""
        select cast(started_at as date) as day_on from marts.viewing_sessions
        union select viewed_on from marts.daily_viewing
        union select cast(minute_at as date) from marts.viewing_concurrency
        union select started_on from marts.playback_quality
        union select cast(last_watched_at as date) from marts.viewer_title_engagement
        except select cast(minute_at as date) from intermediate.int_minutes
    """)
    assert missing.rows == ()


def test_the_configuration_is_valid(command_line):
    """The manifest by its own rules, and each part of it by a query of the marts."""
    said = command_line("validate-configs")
    assert said.count("ERRORS: 0, FUTURE_ERRORS: 0") == 6


def test_the_command_line_says_the_same(command_line, tmp_path, mf):
    command_line("query", "--saved-query", "watch_hours_by_device", "--csv", tmp_path / "out.csv")
    expected = rows_of(
        mf.sql_client.query("""
            select coalesce(device_type, 'not reported') as device_type, count(*) as sessions,
                sum(watch_seconds) / 3600 as watch_hours, count(distinct customer_id) as viewers
            from marts.viewing_sessions group by all
        """)
    )
    with (tmp_path / "out.csv").open() as file:
        actual = {row["viewing_session__device_type"]: row for row in csv.DictReader(file)}
    assert sorted(actual) == sorted(row["device_type"] for row in expected)
    for row in expected:
        for metric in ("sessions", "watch_hours", "viewers"):
            assert same(actual[row["device_type"]][metric], row[metric])


def test_the_bi_page_can_be_followed(mf):
    """Its metrics are there, and its SQL runs."""
    page = (ROOT / "docs" / "bi.md").read_text() + (ROOT / "README.md").read_text()
    commands = re.findall(r"^\.venv/bin/mf query (--metrics .*)$", page, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        _, metrics, _, groups = shlex.split(command)
        request = MetricFlowQueryRequest.create(
            metric_names=metrics.split(","), group_by_names=groups.split(",")
        )
        assert len(mf.mf.query(request).result_df.rows) > 1
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) >= 2
    for query in queries:
        # The view is Athena's, where schemas begin with the target's.
        mf.sql_client.execute(query.replace("playhead_marts.", "marts."))


def test_exposures_name_an_owner_and_every_mart(built):
    nodes = json.loads((built.folder / "target" / "manifest.json").read_text())
    marts = {key for key, node in nodes["nodes"].items() if node["schema"] == "marts"}
    exposures = nodes["exposures"].values()
    assert {exposure["name"] for exposure in exposures} >= {"dashboard", "superset", "notebook"}
    for exposure in exposures:
        assert exposure["owner"]["name"]
        assert set(exposure["depends_on"]["nodes"]) <= marts
    assert {mart for one in exposures for mart in one["depends_on"]["nodes"]} == marts

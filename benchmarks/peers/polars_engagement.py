"""`viewer_title_engagement` as a Polars user would write it: one lazy query, the streaming engine.

The rules are those of models/intermediate/playback/int_playback_spans.sql with their default
settings, for a lake whose titles are all in the catalogue. Positions and times are whole
milliseconds, so that sums are exact.

    python benchmarks/peers/polars_engagement.py LAKE TITLES OUTPUT
"""

import sys
import time

import polars as pl
from polars import col, lit, when

VIEW = ["customer_id", "session_id", "title_id"]
VIEWER_TITLE = ["customer_id", "title_id"]
TYPES = pl.Enum(["start", "pause", "resume", "stop", "complete"])


def accepted_events(lake: str) -> pl.LazyFrame:
    """The distinct events that no rule rejects."""
    landed_at = pl.datetime("year", "month", "day", "hour")
    return (
        pl.scan_parquet(f"{lake}/**/*.parquet", hive_partitioning=True)
        .select(
            *VIEW,
            "event_id",
            col("event_type").cast(TYPES, strict=False),
            col("event_timestamp").dt.replace_time_zone(None).alias("at"),
            (col("position_seconds") * 1000).round().cast(pl.Int64).alias("position"),
            (col("watch_duration_seconds") * 1000).alias("reported"),
            "buffering_events",
            (col("buffering_duration_seconds") * 1000).round().cast(pl.Int64).alias("buffering"),
            "error_count",
            landed_at.alias("landed_at"),
        )
        .filter(
            *(col(key).str.strip_chars() != "" for key in VIEW),
            col("event_type").is_not_null(),
            col("at").is_between(pl.datetime(2000, 1, 1), col("landed_at").dt.offset_by("1d")),
            col("position").is_between(0, 48 * 3_600_000),
        )
        .unique("event_id")
        .cache()  # it is needed twice
    )


def playback_moves(events: pl.LazyFrame) -> pl.LazyFrame:
    """Each event beside its neighbours in session and title, and when the session turns away."""
    opens = col("event_type").is_in(["start", "resume"])
    in_order = events.sort(*VIEW, "at", "reported", "event_type", "event_id", nulls_last=False)
    beside = in_order.with_columns(opens.alias("opens")).with_columns(
        col("opens", "at", "position", "reported").shift().over(VIEW).name.prefix("last_"),
        col("opens", "at", "position", "reported").shift(-1).over(VIEW).name.prefix("next_"),
    )
    # A title left open ends where its session turns to another one.
    left_open = beside.filter(col("opens") & col("next_opens").is_null())
    turns = (
        events.join(left_open, on=VIEW[:2], how="semi")
        .select(*VIEW[:2], "at")
        .unique()
        .sort("at")
        .with_columns(col("at").shift(-1).over(VIEW[:2]).alias("turned_at"))
    )
    return beside.join(turns, on=[*VIEW[:2], "at"], how="left")


def spans(moves: pl.LazyFrame) -> pl.LazyFrame:
    """Each event with the interval it owns, if any: `evidence`, `start`, `end`; and its skips."""
    opens, last = col("opens"), col("next_opens").is_null()
    ends_at = when(last).then("turned_at").otherwise("next_at")
    wall = when(opens).then(ends_at - col("at")).otherwise(col("at") - col("last_at"))
    grown = when(opens).then(col("next_reported") - col("reported").fill_null(0))
    advance, jump = col("next_position") - col("position"), col("position") - col("last_position")
    measured = moves.with_columns(
        wall.dt.total_milliseconds().alias("wall"),
        grown.otherwise(col("reported") - col("last_reported").fill_null(0)).alias("grown"),
        when(opens).then(advance).alias("advance"),
        when(opens & ~col("last_opens")).then(jump).alias("jump"),
        when(opens).then("next_position").otherwise("position").alias("end_position"),
    )
    seeks = col("advance") > col("wall") * 2 + 5_000
    evidence = (
        when(opens & last)
        .then(when(col("wall") <= 1_800_000).then(lit("switched")))
        .when(opens & (col("advance") < 0))
        .then(when(col("grown") > 0).then(lit("reported")))
        .when(opens & seeks)
        .then(lit("seek"))
        .when(opens & (col("advance") > 0))
        .then(when("next_opens").then(lit("lost_close")).otherwise(lit("observed")))
        .when(~opens & ~col("last_opens").fill_null(False) & (col("grown") > 0))
        .then(lit("reported"))
    )
    length = (
        when(col("evidence").is_in(["observed", "lost_close"]))
        .then("advance")
        .when(col("evidence") == "seek")
        .then(pl.min_horizontal("wall", "advance"))
        .when(col("evidence") == "switched")
        .then("wall")
        .when(col("evidence") == "reported")
        .then(pl.min_horizontal("grown", "wall"))
    )
    reported = col("evidence") == "reported"
    start = when(reported).then(col("end_position") - col("length")).otherwise("position")
    return (
        measured.with_columns(evidence.alias("evidence"))
        .with_columns(length.alias("length"))
        .with_columns(start.alias("start"), (start + col("length")).alias("end"))
        .with_columns(
            (col("evidence").eq_missing("seek").cast(pl.Int64) + _count(col("jump") > 5_000)).alias(
                "forward_skip_count"
            ),
            (_count(col("advance") < -2_000) + _count(col("jump") < -2_000)).alias(
                "backward_skip_count"
            ),
        )
    )


def viewer_titles(spans: pl.LazyFrame, titles: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer × title."""
    clipped = spans.join(titles, on="title_id").with_columns(
        col("start").clip(lower_bound=0), col("end").clip(upper_bound=col("duration"))
    )
    watch = when(col("end") > col("start")).then(col("end") - col("start"))
    sessions = (
        clipped.with_columns(watch.alias("watch"))
        .group_by(VIEW)
        .agg(
            col("duration").first(),
            col("at").min().alias("first_watched_at"),
            col("at").max().alias("last_watched_at"),
            col("watch").sum(),
            col("watch").filter(col("evidence") == "observed").sum().alias("observed"),
            col("watch").count().alias("play_count"),
            pl.min_horizontal(col("position").max(), col("duration").first()).alias("furthest"),
            (col("event_type") == "pause").sum().alias("pause_count"),
            (col("event_type") == "complete").any().alias("completes"),
            col("forward_skip_count", "backward_skip_count").sum(),
            col("buffering_events", "buffering", "error_count").max(),
        )
    )
    summed = sessions.group_by(VIEWER_TITLE).agg(
        col("duration").first(),
        col("first_watched_at").min(),
        col("last_watched_at").max(),
        col("watch", "observed").sum(),
        pl.len().alias("session_count"),
        (col("watch") >= 5_000).sum().alias("engaged_session_count"),
        col("completes").sum().alias("completion_count"),
        col("furthest").max(),
        col("play_count", "pause_count", "forward_skip_count", "backward_skip_count").sum(),
        col("buffering_events").sum().alias("buffering_event_count"),
        col("buffering", "error_count").sum(),
    )
    return summed.join(_coverage(clipped), on=VIEWER_TITLE, how="left")


def scored(viewer_titles: pl.LazyFrame) -> pl.LazyFrame:
    """The columns of the mart, with its score and its tier."""
    unique = col("unique").fill_null(0)
    verified = when(unique * 100 >= col("duration") * 75).then("completion_count").otherwise(0)
    capped_watch = pl.min_horizontal("watch", col("duration") * 3)
    unique_percentage = 100 * (unique / 1000) / (col("duration") / 1000)
    score = (
        capped_watch / 1000 / 60
        + 5.0 * pl.min_horizontal("engaged_session_count", 5)
        + 0.25 * unique_percentage
        + 25.0 * pl.min_horizontal(verified, 3)
        - 2.0 * pl.min_horizontal("forward_skip_count", 5)
    )
    score = pl.max_horizontal(score, 0.0).round(9)
    tier = when(score > 100).then(lit("High")).when(score > 50).then(lit("Medium"))
    return viewer_titles.select(
        *VIEWER_TITLE,
        "first_watched_at",
        "last_watched_at",
        (col("watch") / 1000).alias("watch_seconds"),
        (unique / 1000).alias("unique_watch_seconds"),
        ((col("watch") - unique) / 1000).alias("rewatch_seconds"),
        (col("observed") / 1000).alias("observed_watch_seconds"),
        (col("furthest") / 1000).alias("max_position_seconds"),
        unique_percentage.alias("unique_watch_percentage"),
        "session_count",
        "engaged_session_count",
        "play_count",
        "pause_count",
        "forward_skip_count",
        "backward_skip_count",
        "completion_count",
        verified.alias("verified_completion_count"),
        col("island_count").fill_null(0),
        "buffering_event_count",
        (col("buffering") / 1000).alias("buffering_seconds"),
        "error_count",
        score.alias("engagement_score"),
        tier.when(score > 10).then(lit("Low")).otherwise(lit("Minimal")).alias("engagement_tier"),
    )


def _coverage(intervals: pl.LazyFrame) -> pl.LazyFrame:
    """The measure of the union of each viewer's intervals of a title, and its islands."""
    before = col("end").cum_max().shift().over(VIEWER_TITLE)
    new = col("end") - pl.max_horizontal("start", "before")
    return (
        intervals.filter(col("end") > col("start"))
        .select(*VIEWER_TITLE, "start", "end")
        .sort(*VIEWER_TITLE, "start")
        .with_columns(before.alias("before"))
        .group_by(VIEWER_TITLE)
        .agg(
            pl.max_horizontal(new, 0).sum().alias("unique"),
            (col("start") > col("before")).fill_null(True).sum().alias("island_count"),
        )
    )


def _count(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(False).cast(pl.Int64)


def main(lake: str, titles_path: str, output: str) -> None:
    """Read the lake, write the mart as Parquet, print the seconds it took."""
    began = time.perf_counter()
    titles = pl.scan_csv(titles_path).select(
        "title_id", (col("duration_seconds") * 1000).cast(pl.Int64).alias("duration")
    )
    mart = scored(viewer_titles(spans(playback_moves(accepted_events(lake))), titles))
    mart.collect(engine="streaming").write_parquet(output)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])

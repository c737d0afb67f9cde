"""`viewer_title_engagement` as a Spark user would write it: PySpark on local[2], needs Java 17.

The rules are those of models/intermediate/playback/int_playback_spans.sql with their default
settings, for a lake whose titles are all in the catalogue. Positions and times are whole
milliseconds, so that sums are exact.

    python benchmarks/peers/pyspark_engagement.py LAKE TITLES OUTPUT
"""

import os
import sys
import time
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql.functions import col, when

VIEW = ["customer_id", "session_id", "title_id"]
VIEWER_TITLE = ["customer_id", "title_id"]
TYPES = ["start", "pause", "resume", "stop", "complete"]


def accepted_events(spark: SparkSession, lake: str) -> DataFrame:
    """The distinct events that no rule rejects."""
    hour = f.format_string("%s-%s-%s %s", "year", "month", "day", "hour")
    landed_at = f.unix_millis(f.to_timestamp(hour, "yyyy-MM-dd HH"))
    return (
        spark.read.parquet(lake)
        .select(
            *VIEW,
            "event_id",
            "event_type",
            f.unix_millis("event_timestamp").alias("at"),
            f.round(col("position_seconds") * 1000).cast("long").alias("position"),
            (col("watch_duration_seconds") * 1000).alias("reported"),
            "buffering_events",
            f.round(col("buffering_duration_seconds") * 1000).cast("long").alias("buffering"),
            "error_count",
            landed_at.alias("landed_at"),
        )
        .where(" and ".join(f"trim({key}) <> ''" for key in VIEW))
        .where(col("event_type").isin(TYPES))
        .where(col("at").between(946_684_800_000, col("landed_at") + 86_400_000))
        .where(col("position").between(0, 48 * 3_600_000))
        .dropDuplicates(["event_id"])
    )


def playback_moves(events: DataFrame) -> DataFrame:
    """Each event beside its neighbours in session and title, and when the session turns away."""
    type_order = f.array_position(f.array(*map(f.lit, TYPES)), col("event_type"))
    playback = Window.partitionBy(*VIEW).orderBy(
        "at", col("reported").asc_nulls_first(), type_order, "event_id"
    )
    columns = ("opens", "at", "position", "reported")
    beside = events.withColumn("opens", col("event_type").isin("start", "resume")).select(
        "*",
        *(f.lag(name).over(playback).alias(f"last_{name}") for name in columns),
        *(f.lead(name).over(playback).alias(f"next_{name}") for name in columns),
    )
    # A title left open ends where its session turns to another one, strictly later.
    later = Window.partitionBy(*VIEW[:2]).orderBy("at").rangeBetween(1, Window.unboundedFollowing)
    return beside.withColumn("turned_at", f.min("at").over(later))


def spans(moves: DataFrame) -> DataFrame:
    """Each event with the interval it owns, if any: `evidence`, `start`, `end`; and its skips."""
    opens, last = col("opens"), col("next_opens").isNull()
    ends_at = when(last, col("turned_at")).otherwise(col("next_at"))
    advance, jump = col("next_position") - col("position"), col("position") - col("last_position")
    zero = f.lit(0)
    measured = moves.withColumns(
        {
            "wall": when(opens, ends_at - col("at")).otherwise(col("at") - col("last_at")),
            "grown": when(opens, col("next_reported") - f.coalesce("reported", zero)).otherwise(
                col("reported") - f.coalesce("last_reported", zero)
            ),
            "advance": when(opens, advance),
            "jump": when(opens & ~col("last_opens"), jump),
            "end_position": when(opens, col("next_position")).otherwise(col("position")),
        }
    )
    lost_close_or_observed = when(col("next_opens"), "lost_close").otherwise("observed")
    evidence = (
        when(opens & last, when(col("wall") <= 1_800_000, "switched"))
        .when(opens & (col("advance") < 0), when(col("grown") > 0, "reported"))
        .when(opens & (col("advance") > col("wall") * 2 + 5_000), "seek")
        .when(opens & (col("advance") > 0), lost_close_or_observed)
        .when(opens | col("last_opens"), None)
        .when(col("grown") > 0, "reported")
    )
    length = (
        when(col("evidence").isin("observed", "lost_close"), col("advance"))
        .when(col("evidence") == "seek", f.least("wall", "advance"))
        .when(col("evidence") == "switched", col("wall"))
        .when(col("evidence") == "reported", f.least("grown", "wall"))
    )
    start = when(col("evidence") == "reported", col("end_position") - col("length"))
    return (
        measured.withColumn("evidence", evidence)
        .withColumn("length", length)
        .withColumn("start", start.otherwise(col("position")))
        .withColumn("end", col("start") + col("length"))
        .withColumn("forward", _count(col("evidence") == "seek") + _count(col("jump") > 5_000))
        .withColumn("backward", _count(col("advance") < -2_000) + _count(col("jump") < -2_000))
    )


def viewer_titles(spans: DataFrame, titles: DataFrame) -> DataFrame:
    """One row per customer × title."""
    clipped = (
        spans.join(f.broadcast(titles), "title_id")
        .withColumn("start", f.greatest("start", f.lit(0)))
        .withColumn("end", when(col("end").isNotNull(), f.least("end", "duration")))
        .withColumn("watch", when(col("end") > col("start"), col("end") - col("start")))
        .persist()  # it is needed twice
    )
    sessions = clipped.groupBy(*VIEW, "duration").agg(
        f.min("at").alias("first_at"),
        f.max("at").alias("last_at"),
        f.coalesce(f.sum("watch"), f.lit(0)).alias("watch"),
        f.sum(when(col("evidence") == "observed", col("watch"))).alias("observed"),
        f.count("watch").alias("play_count"),
        f.least(f.max("position"), col("duration")).alias("furthest"),
        f.count_if(col("event_type") == "pause").alias("pause_count"),
        f.bool_or(col("event_type") == "complete").alias("completes"),
        f.sum("forward").alias("forward"),
        f.sum("backward").alias("backward"),
        f.max("buffering_events").alias("buffering_events"),
        f.max("buffering").alias("buffering"),
        f.max("error_count").alias("error_count"),
    )
    summed = sessions.groupBy(*VIEWER_TITLE, "duration").agg(
        f.timestamp_millis(f.min("first_at")).alias("first_watched_at"),
        f.timestamp_millis(f.max("last_at")).alias("last_watched_at"),
        f.sum("watch").alias("watch"),
        f.coalesce(f.sum("observed"), f.lit(0)).alias("observed"),
        f.max("furthest").alias("furthest"),
        f.count("*").alias("session_count"),
        f.count_if(col("watch") >= 5_000).alias("engaged_session_count"),
        f.sum("play_count").alias("play_count"),
        f.sum("pause_count").alias("pause_count"),
        f.sum("forward").alias("forward_skip_count"),
        f.sum("backward").alias("backward_skip_count"),
        f.count_if("completes").alias("completion_count"),
        f.sum("buffering_events").alias("buffering_event_count"),
        f.sum("buffering").alias("buffering"),
        f.sum("error_count").alias("error_count"),
    )
    return summed.join(_coverage(clipped), VIEWER_TITLE, "left")


def scored(viewer_titles: DataFrame) -> DataFrame:
    """The columns of the mart, with its score and its tier."""
    unique = f.coalesce("unique", f.lit(0))
    verified = when(unique * 100 >= col("duration") * 75, col("completion_count")).otherwise(0)
    unique_percentage = 100 * (unique / 1000) / (col("duration") / 1000)
    score = (
        f.least("watch", col("duration") * 3) / 1000 / 60
        + 5.0 * f.least("engaged_session_count", f.lit(5))
        + 0.25 * unique_percentage
        + 25.0 * f.least(verified, f.lit(3))
        - 2.0 * f.least("forward_skip_count", f.lit(5))
    )
    score = f.round(f.greatest(score, f.lit(0.0)), 9)
    tier = when(score > 100, "High").when(score > 50, "Medium").when(score > 10, "Low")
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
        f.coalesce("island_count", f.lit(0)).alias("island_count"),
        "buffering_event_count",
        (col("buffering") / 1000).alias("buffering_seconds"),
        "error_count",
        score.alias("engagement_score"),
        tier.otherwise("Minimal").alias("engagement_tier"),
    )


def _coverage(intervals: DataFrame) -> DataFrame:
    """The measure of the union of each viewer's intervals of a title, and its islands."""
    earlier = Window.partitionBy(*VIEWER_TITLE).orderBy("start")
    earlier = earlier.rowsBetween(Window.unboundedPreceding, -1)
    new = f.greatest(col("end") - f.greatest("start", "before"), f.lit(0))
    return (
        intervals.where("end > start")
        .withColumn("before", f.max("end").over(earlier))
        .groupBy(*VIEWER_TITLE)
        .agg(
            f.sum(new).alias("unique"),
            f.count_if(f.coalesce(col("start") > col("before"), f.lit(True))).alias("island_count"),
        )
    )


def _count(condition: Column) -> Column:
    return f.coalesce(condition.cast("int"), f.lit(0))


def main(lake: str, titles_path: str, output: str) -> None:
    """Read the lake, write the mart as Parquet, print the seconds it took without Spark's start."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", os.environ.get("SPARK_MEMORY", "8g"))
        .config("spark.local.dir", str(Path(output).resolve().parent))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    began = time.perf_counter()
    titles = spark.read.csv(titles_path, header=True).selectExpr(
        "title_id", "cast(duration_seconds * 1000 as long) as duration"
    )
    mart = scored(viewer_titles(spans(playback_moves(accepted_events(spark, lake))), titles))
    mart.write.parquet(output)
    print(time.perf_counter() - began)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])

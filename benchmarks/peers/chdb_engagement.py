"""`viewer_title_engagement` as a ClickHouse user would write it: chDB, ClickHouse in this process.

The rules are those of models/intermediate/playback/int_playback_spans.sql with their default
settings, for a lake whose titles are all in the catalogue. Positions and times are whole
milliseconds, so that sums are exact.

    python benchmarks/peers/chdb_engagement.py LAKE TITLES OUTPUT
"""

import os
import sys
import time
from pathlib import Path

from chdb.session import Session

SETTINGS = {
    "max_threads": os.environ.get("CHDB_THREADS", "2"),
    "max_memory_usage": os.environ.get("CHDB_MEMORY", "0"),
    # A join that finds nothing gives NULL, as in standard SQL.
    "join_use_nulls": "1",
    # In an expression, so is the column that an alias hides.
    "prefer_column_name_to_alias": "1",
}

# Each event that no rule rejects, once, beside its neighbours in session and title; and when its
# session next does something, strictly later.
MOVES = """
with
    events as (
        select
            customer_id,
            session_id,
            title_id,
            event_id,
            indexOf(['start', 'pause', 'resume', 'stop', 'complete'], event_type) as kind,
            kind in (1, 3) as opens,
            toUnixTimestamp64Milli(event_timestamp) as at,
            toInt64(round(position_seconds * 1000)) as position,
            toInt64(watch_duration_seconds) * 1000 as reported,
            buffering_events,
            toInt64(round(buffering_duration_seconds * 1000)) as buffering,
            error_count,
            toUnixTimestamp(makeDateTime(year, month, day, hour, 0, 0, 'UTC')) * 1000 as landed_at
        from file('{lake}/**/*.parquet', Parquet)
        where
            trim(customer_id) <> '' and trim(session_id) <> '' and trim(title_id) <> ''
            and kind > 0
            and at between 946684800000 and landed_at + 86400000
            and position between 0 and 48 * 3600000
        limit 1 by event_id
    )
select
    *,
    lagInFrame(toNullable(opens)) over playback as last_opens,
    lagInFrame(toNullable(at)) over playback as last_at,
    lagInFrame(toNullable(position)) over playback as last_position,
    lagInFrame(toNullable(reported)) over playback as last_reported,
    leadInFrame(toNullable(opens)) over playback as next_opens,
    leadInFrame(toNullable(at)) over playback as next_at,
    leadInFrame(toNullable(position)) over playback as next_position,
    leadInFrame(toNullable(reported)) over playback as next_reported,
    min(at) over (
        partition by customer_id, session_id
        order by at range between 1 following and unbounded following
    ) as turned_at
from events
window playback as (
    partition by customer_id, session_id, title_id
    order by at, reported nulls first, kind, event_id
    rows between 1 preceding and 1 following
)
"""

# Each event with the interval it owns, if any, clipped to its title; and its skips.
SPANS = """
create temporary table spans engine = Memory as
with
    moves as ({moves}),
    measured as (
        select
            *,
            opens and next_opens is null as is_last,
            if(opens, if(is_last, nullIf(turned_at, 0), next_at) - at, at - last_at) as wall,
            if(
                opens,
                next_reported - coalesce(reported, 0),
                reported - coalesce(last_reported, 0)
            ) as grown,
            if(opens, next_position - position, null) as advance,
            if(opens and not last_opens, position - last_position, null) as jump,
            if(opens, next_position, position) as end_position
        from moves
    ),
    judged as (
        select
            *,
            multiIf(
                is_last, if(wall <= 1800000, 'switched', null),
                opens and advance < 0, if(grown > 0, 'reported', null),
                opens and advance > wall * 2 + 5000, 'seek',
                opens and advance > 0, if(next_opens, 'lost_close', 'observed'),
                opens or last_opens, null,
                grown > 0, 'reported',
                null
            ) as evidence,
            multiIf(
                evidence in ('observed', 'lost_close'), advance,
                evidence = 'seek', least(wall, advance),
                evidence = 'switched', wall,
                evidence = 'reported', least(grown, coalesce(wall, grown)),
                null
            ) as length,
            if(evidence = 'reported', end_position - length, position) as started
        from measured
    )
select
    customer_id,
    session_id,
    title_id,
    titles.duration as duration,
    at,
    kind,
    position,
    evidence,
    greatest(started, 0) as start,
    if(evidence is null, null, least(started + length, duration)) as end,
    if(end > start, end - start, null) as watch,
    coalesce(evidence = 'seek', 0) + coalesce(jump > 5000, 0) as forward,
    coalesce(advance < -2000, 0) + coalesce(jump < -2000, 0) as backward,
    buffering_events,
    buffering,
    error_count
from judged
inner join (
    select title_id, toInt64(duration_seconds * 1000) as duration
    from file('{titles}', CSVWithNames)
) as titles using (title_id)
"""

# One row per customer × title. Coverage is the measure of the union of its intervals, and of how
# many islands.
MART = """
insert into function file('{output}', Parquet)
with
    sessions as (
        select
            customer_id,
            session_id,
            title_id,
            any(duration) as duration,
            min(at) as first_at,
            max(at) as last_at,
            coalesce(sum(watch), 0) as watch,
            coalesce(sumIf(watch, evidence = 'observed'), 0) as observed,
            count(watch) as play_count,
            least(max(position), any(duration)) as furthest,
            countIf(kind = 2) as pause_count,
            countIf(kind = 5) > 0 as completes,
            sum(forward) as forward,
            sum(backward) as backward,
            max(buffering_events) as buffering_events,
            max(buffering) as buffering,
            max(error_count) as error_count
        from spans
        group by customer_id, session_id, title_id
    ),
    summed as (
        select
            customer_id,
            title_id,
            any(duration) as duration,
            min(first_at) as first_at,
            max(last_at) as last_at,
            sum(watch) as watch,
            sum(observed) as observed,
            max(furthest) as furthest,
            count() as session_count,
            countIf(watch >= 5000) as engaged_session_count,
            sum(play_count) as play_count,
            sum(pause_count) as pause_count,
            sum(forward) as forward_skip_count,
            sum(backward) as backward_skip_count,
            countIf(completes) as completion_count,
            sum(buffering_events) as buffering_event_count,
            sum(buffering) as buffering,
            sum(error_count) as error_count
        from sessions
        group by customer_id, title_id
    ),
    intervals as (
        select
            customer_id,
            title_id,
            start,
            end,
            max(toNullable(end)) over (
                partition by customer_id, title_id
                order by start rows between unbounded preceding and 1 preceding
            ) as before
        from spans
        where watch is not null
    ),
    coverage as (
        select
            customer_id,
            title_id,
            sum(greatest(end - greatest(start, coalesce(before, start)), 0)) as seen,
            countIf(before is null or start > before) as islands
        from intervals
        group by customer_id, title_id
    ),
    measured as (
        select
            summed.*,
            coalesce(coverage.seen, 0) as unique,
            coalesce(coverage.islands, 0) as island_count,
            if(unique * 100 >= duration * 75, completion_count, 0) as verified_completion_count,
            100 * (unique / 1000) / (duration / 1000) as unique_watch_percentage,
            round(greatest(
                least(watch, duration * 3) / 1000 / 60
                + 5.0 * least(engaged_session_count, 5)
                + 0.25 * unique_watch_percentage
                + 25.0 * least(verified_completion_count, 3)
                - 2.0 * least(forward_skip_count, 5),
                0.0
            ), 9) as engagement_score
        from summed
        left join coverage using (customer_id, title_id)
    )
select
    customer_id,
    title_id,
    fromUnixTimestamp64Milli(first_at, 'UTC') as first_watched_at,
    fromUnixTimestamp64Milli(last_at, 'UTC') as last_watched_at,
    watch / 1000 as watch_seconds,
    unique / 1000 as unique_watch_seconds,
    (watch - unique) / 1000 as rewatch_seconds,
    observed / 1000 as observed_watch_seconds,
    furthest / 1000 as max_position_seconds,
    unique_watch_percentage,
    session_count,
    engaged_session_count,
    play_count,
    pause_count,
    forward_skip_count,
    backward_skip_count,
    completion_count,
    verified_completion_count,
    island_count,
    buffering_event_count,
    buffering / 1000 as buffering_seconds,
    error_count,
    engagement_score,
    multiIf(
        engagement_score > 100, 'High',
        engagement_score > 50, 'Medium',
        engagement_score > 10, 'Low',
        'Minimal'
    ) as engagement_tier
from measured
"""


def main(lake: str, titles: str, output: str) -> None:
    """Read the lake, write the mart as Parquet, print the seconds it took."""
    scratch = Path(output).resolve().parent / "clickhouse"
    session = Session(str(scratch))
    for name, value in SETTINGS.items():
        session.query(f"set {name} = {value}")
    began = time.perf_counter()
    moves = MOVES.format(lake=lake)
    session.query(SPANS.format(moves=moves, titles=titles))
    session.query(MART.format(output=output))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])

{{ config(materialized='table') }}

with

spans as (
    select * from {{ ref('int_playback_spans') }}
),

intervals as (
    select * from {{ ref('int_watch_intervals') }}
),

midnight_watch as (
    select * from {{ ref('int_watch_over_midnight') }}
),

-- What happened in a session, on its dates: events, and what was watched. Few intervals last over
-- midnight; each of those has its rows from midnight_watch.
happenings as (
    select
        customer_id,
        session_id,
        title_id,
        cast(event_timestamp as date) as active_on,
        1 as event_count,
        0 as play_count,
        0 as watch_seconds
    from spans

    union all

    select
        customer_id,
        session_id,
        title_id,
        cast(wall_started_at as date) as active_on,
        0 as event_count,
        1 as play_count,
        watch_seconds
    from intervals
    where not {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}

    union all

    select
        customer_id,
        session_id,
        title_id,
        active_on,
        0 as event_count,
        play_count,
        watch_seconds
    from midnight_watch
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        active_on,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds
    from happenings
    group by customer_id, session_id, title_id, active_on
)

select * from final

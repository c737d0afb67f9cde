{{ config(materialized='incremental', unique_key=['customer_id', 'active_on']) }}

{%- set dayparts = ['late_night', 'morning', 'midday', 'afternoon', 'prime_time', 'evening'] %}

with

-- Each of them has a row, also where nothing is left to count: so none of an earlier run stands.
touched as (
    select * from {{ ref('int_touched_viewer_days') }}
),

session_days as (
    select
        customer_id,
        active_on,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds
    from {{ ref('int_session_days') }}
    where {{ is_touched_viewer_day() }}
    group by customer_id, active_on
),

watch_days as (
    select
        {%- for daypart in dayparts %}
        sum(watch_seconds) filter (where daypart = '{{ daypart }}') as {{ daypart }}_watch_seconds,
        {%- endfor %}
        customer_id,
        active_on
    from {{ ref('int_watch_days') }}
    where {{ is_touched_viewer_day() }}
    group by customer_id, active_on
),

streams as (
    select
        customer_id,
        active_on,
        max(stream_count) as peak_stream_count,
        sum(greatest(stream_count - 1, 0) * lasts_milliseconds) as simultaneous_milliseconds
    from {{ ref('int_stream_changes') }}
    where {{ is_touched_viewer_day() }}
    group by customer_id, active_on
),

final as (
    select
        touched.customer_id,
        touched.active_on,
        session_days.customer_id is not null as is_active,
        coalesce(session_days.event_count, 0) as event_count,
        cast(coalesce(session_days.watch_seconds, 0) as decimal(18, 3)) as watch_seconds,
        {%- for daypart in dayparts %}
        cast(coalesce(watch_days.{{ daypart }}_watch_seconds, 0) as decimal(18, 3))
            as {{ daypart }}_watch_seconds,
        {%- endfor %}
        cast(coalesce(streams.peak_stream_count, 0) as bigint) as peak_stream_count,
        cast(coalesce(streams.simultaneous_milliseconds, 0) * 0.001 as decimal(18, 3))
            as simultaneous_stream_seconds
    from touched
    left join session_days
        on
            touched.customer_id = session_days.customer_id
            and touched.active_on = session_days.active_on
    left join watch_days
        on
            touched.customer_id = watch_days.customer_id
            and touched.active_on = watch_days.active_on
    left join streams
        on
            touched.customer_id = streams.customer_id
            and touched.active_on = streams.active_on
)

select * from final

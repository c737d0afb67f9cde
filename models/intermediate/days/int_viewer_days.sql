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
        count(*) as session_count,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(play_count) as bigint) as play_count,
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
        max(case when wall_started_at < wall_ended_at then 1 else 0 end) as stream_count,
        customer_id,
        active_on
    from {{ ref('int_watch_days') }}
    where {{ is_touched_viewer_day() }}
    group by customer_id, active_on
),

simultaneous as (
    select
        customer_id,
        active_on,
        max(stream_count) as stream_count,
        sum(wall_seconds) as wall_seconds
    from {{ ref('int_simultaneous_streams') }}
    where {{ is_touched_viewer_day() }}
    group by customer_id, active_on
),

final as (
    select
        touched.customer_id,
        touched.active_on,
        session_days.customer_id is not null as is_active,
        coalesce(session_days.session_count, 0) as session_count,
        coalesce(session_days.event_count, 0) as event_count,
        coalesce(session_days.play_count, 0) as play_count,
        cast(coalesce(session_days.watch_seconds, 0) as decimal(18, 3)) as watch_seconds,
        {%- for daypart in dayparts %}
        cast(coalesce(watch_days.{{ daypart }}_watch_seconds, 0) as decimal(18, 3))
            as {{ daypart }}_watch_seconds,
        {%- endfor %}
        cast(coalesce(simultaneous.stream_count, watch_days.stream_count, 0) as bigint)
            as peak_stream_count,
        cast(coalesce(simultaneous.wall_seconds, 0) as decimal(18, 3))
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
    left join simultaneous
        on
            touched.customer_id = simultaneous.customer_id
            and touched.active_on = simultaneous.active_on
)

select * from final

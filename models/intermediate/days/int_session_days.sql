{{ config(**replacing_touched('is_touched_session')) }}

{%- set keys = ['customer_id', 'session_id', 'title_id'] | join(', ') %}
{%- set is_over_midnight -%}
    cast(least(started_at, coalesce(playback_started_at, started_at)) as date)
        < cast(greatest(ended_at, coalesce(playback_ended_at, ended_at)) as date)
{%- endset %}

with

-- Few: of all others, viewing_sessions says what there is to say.
over_midnight as (
    select {{ keys }}
    from {{ ref('viewing_sessions') }}
    where
        {{ is_touched_session() }}
        and {{ is_over_midnight }}
),

happenings as (
    select
        {{ keys }},
        cast(event_timestamp as date) as active_on,
        1 as event_count,
        0 as play_count,
        0 as watch_seconds
    from {{ ref('int_touched_events') }}
    where ({{ keys }}) in (select {{ keys }} from over_midnight)

    union all

    select
        {{ keys }},
        active_on,
        0 as event_count,
        play_count,
        watch_seconds
    from {{ ref('int_watch_days') }}
    where {{ is_derived_anew() }} and ({{ keys }}) in (select {{ keys }} from over_midnight)
),

final as (
    select
        {{ keys }},
        cast(started_at as date) as active_on,
        event_count,
        play_count,
        watch_seconds
    from {{ ref('viewing_sessions') }}
    where
        {{ is_touched_session() }}
        and not {{ is_over_midnight }}

    union all

    select
        {{ keys }},
        active_on,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds
    from happenings
    group by {{ keys }}, active_on
)

select * from final

{%- set keys = [
    'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'evidence'
] | join(',\n        ') %}
{%- set columns = [
    keys, 'start_seconds', 'end_seconds', 'unplaced_seconds', 'wall_started_at', 'wall_seconds',
    'bandwidth_mbps', 'derived_at'
] | join(',\n        ') %}

with

singles as (
    select
        {{ columns }}
    from {{ ref('int_playback_spans') }}
    where start_seconds is not null and not is_joint

    union all

    select
        {{ columns }}
    from {{ ref('int_switched_spans') }}
    where start_seconds is not null

    union all

    select
        {{ columns }}
    from {{ ref('int_stated_spans') }}
    where (start_seconds is not null or unplaced_seconds > 0) and not is_joint
),

measured as (
    select
        *,
        cast(
            coalesce(end_seconds - start_seconds, 0) + unplaced_seconds as decimal(13, 3)
        ) as watch_seconds
    from singles
),

final as (
    select
        {{ keys }},
        1 as play_count,
        start_seconds,
        end_seconds,
        watch_seconds,
        unplaced_seconds,
        wall_started_at,
        {{ add_seconds('wall_started_at', 'wall_seconds') }} as wall_ended_at,
        wall_seconds,
        case when bandwidth_mbps >= 0 then watch_seconds end as bandwidth_watch_seconds,
        case
            when bandwidth_mbps >= 0 then cast(watch_seconds * bandwidth_mbps as decimal(30, 6))
        end as bandwidth_megabits,
        derived_at
    from measured

    union all

    select
        {{ keys }},
        play_count,
        start_seconds,
        end_seconds,
        cast(end_seconds - start_seconds as decimal(13, 3)) as watch_seconds,
        cast(0 as decimal(13, 3)) as unplaced_seconds,
        wall_started_at,
        {{ add_seconds('wall_started_at', 'wall_seconds') }} as wall_ended_at,
        wall_seconds,
        bandwidth_watch_seconds,
        bandwidth_megabits,
        derived_at
    from {{ ref('int_joined_spans') }}
)

select * from final

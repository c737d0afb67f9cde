{{ config(**replacing_touched('is_touched_session')) }}
{%- set play = ['customer_id', 'session_id', 'title_id', 'play_number'] | join(', ') %}

with

single_pieces as (
    select * from {{ ref('int_watch_pieces') }}
    where not is_joint
),

joint_pieces as (
    select
        *,
        row_number() over (partition by {{ play }} order by event_number) = 1 as begins_play,
        lag(end_seconds) over (partition by {{ play }}, evidence order by event_number)
            as previous_end_seconds,
        lag(wall_ended_at) over (partition by {{ play }}, evidence order by event_number)
            as previous_wall_ended_at,
        lag(cast(wall_started_at as date)) over (
            partition by {{ play }}, evidence order by event_number
        ) as previous_started_on
    from {{ ref('int_watch_pieces') }}
    where is_joint
),

-- A heartbeat every ten seconds must not make sixty rows of ten minutes: what goes on where and
-- when the piece before it of the same play ended is one row with it, up to midnight.
numbered as (
    select
        *,
        sum(
            case
                when
                    start_seconds = previous_end_seconds
                    and wall_started_at = previous_wall_ended_at
                    and cast(wall_started_at as date) = previous_started_on
                    then 0
                else 1
            end
        ) over (
            partition by {{ play }}, evidence
            order by event_number rows between unbounded preceding and current row
        ) as row_number_in_play
    from joint_pieces
),

intervals as (
    select
        {{ play }},
        event_number,
        evidence,
        1 as play_count,
        start_seconds,
        end_seconds,
        watch_seconds,
        unplaced_seconds,
        wall_started_at,
        wall_ended_at,
        wall_seconds,
        bandwidth_watch_seconds,
        bandwidth_megabits
    from single_pieces

    union all

    select
        {{ play }},
        min(event_number) as event_number,
        evidence,
        max(case when begins_play then 1 else 0 end) as play_count,
        min(start_seconds) as start_seconds,
        max(end_seconds) as end_seconds,
        cast(sum(watch_seconds) as decimal(13, 3)) as watch_seconds,
        cast(sum(unplaced_seconds) as decimal(13, 3)) as unplaced_seconds,
        min(wall_started_at) as wall_started_at,
        max(wall_ended_at) as wall_ended_at,
        cast(sum(wall_seconds) as decimal(15, 3)) as wall_seconds,
        cast(sum(bandwidth_watch_seconds) as decimal(13, 3)) as bandwidth_watch_seconds,
        cast(sum(bandwidth_megabits) as decimal(30, 6)) as bandwidth_megabits
    from numbered
    group by {{ play }}, evidence, row_number_in_play
),

final as (
    select
        *,
        {{ derivation_stamp() }} as derived_at
    from intervals
)

select * from final

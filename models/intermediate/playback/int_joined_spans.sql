{{ config(**replacing_touched('is_touched_session')) }}
{%- set play = ['customer_id', 'session_id', 'title_id', 'play_number', 'evidence'] | join(', ') %}
{%- set columns = [
    play, 'event_number', 'start_seconds', 'end_seconds', 'wall_started_at', 'wall_seconds', 'bandwidth_mbps'
] | join(', ') %}

with

pieces as (
    select {{ columns }}
    from {{ ref('int_playback_spans') }}
    where is_joint and start_seconds is not null and {{ is_derived_anew() }}

    union all

    select {{ columns }}
    from {{ ref('int_stated_spans') }}
    where is_joint and start_seconds is not null and {{ is_derived_anew() }}
),

timed as (
    select
        *,
        {{ add_seconds('wall_started_at', 'wall_seconds') }} as wall_ended_at,
        row_number() over (
            partition by customer_id, session_id, title_id, play_number order by event_number
        ) = 1 as begins_play
    from pieces
),

compared as (
    select
        *,
        lag(end_seconds) over played as previous_end_seconds,
        lag(wall_ended_at) over played as previous_wall_ended_at,
        lag(cast(wall_started_at as date)) over played as previous_started_on
    from timed
    window played as (partition by {{ play }} order by event_number)
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
            partition by {{ play }}
            order by event_number rows between unbounded preceding and current row
        ) as row_number_in_play,
        case when bandwidth_mbps >= 0 then end_seconds - start_seconds end
            as bandwidth_watch_seconds
    from compared
),

final as (
    select
        {{ play }},
        min(event_number) as event_number,
        max(case when begins_play then 1 else 0 end) as play_count,
        min(start_seconds) as start_seconds,
        max(end_seconds) as end_seconds,
        min(wall_started_at) as wall_started_at,
        cast(sum(wall_seconds) as decimal(15, 3)) as wall_seconds,
        cast(sum(bandwidth_watch_seconds) as decimal(13, 3)) as bandwidth_watch_seconds,
        cast(sum(bandwidth_watch_seconds * bandwidth_mbps) as decimal(30, 6)) as bandwidth_megabits,
        {{ derivation_stamp() }} as derived_at
    from numbered
    group by {{ play }}, row_number_in_play
)

select * from final

{%- set rules = settings('playback') %}

with

events as (
    select * from {{ ref('int_playback_states') }}
),

walls as (
    select
        *,
        cast(
            {{ seconds_between('event_timestamp', 'next_event_timestamp') }} as decimal(13, 3)
        ) as wall_seconds,
        case when {{ has_stale_position('next_', '') }} then position_seconds
            else next_position_seconds
        end as next_after_seconds
    from events
),

clocked as (
    select
        *,
        cast(
            round(wall_seconds * cast(coalesce(nullif(rate, 0), 1) as decimal(5, 3)), 3)
            as decimal(13, 3)
        ) as clock_seconds,
        coalesce(plays_after and next_kind = 'seek' and next_left_seconds is null, false)
            as is_left_by_clock
    from walls
),

-- Some players call a time update a seek: it went where the clock would have led.
judged as (
    select
        *,
        is_left_by_clock
        and abs(next_position_seconds - after_seconds - clock_seconds)
        <= {{ rules.seek_tolerance_seconds }} as is_next_time_update
    from clocked
),

-- The position before the next event.
moved as (
    select
        *,
        coalesce(
            is_left_by_clock and not is_next_time_update
            or (plays_after and next_kind in ('pause', 'ending') and next_position_seconds is null),
            false
        ) as is_closed_by_clock,
        case
            when next_kind <> 'seek' then next_after_seconds
            when next_left_seconds is not null then next_left_seconds
            when is_next_time_update then next_position_seconds
            when plays_after then cast(after_seconds + clock_seconds as decimal(13, 3))
            else after_seconds
        end as next_before_seconds
    from judged
),

advanced as (
    select
        *,
        cast(next_before_seconds - after_seconds as decimal(13, 3)) as advance_seconds
    from moved
),

final as (
    select
        *,
        coalesce(
            {{ is_plausible('advance_seconds', 'wall_seconds', 'rate', 'next_rate') }}, false
        ) as is_plausible
    from advanced
)

select * from final

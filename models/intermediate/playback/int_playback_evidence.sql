{%- set rules = settings('playback') %}
{%- set per_row = per_row_fields() %}
{%- set closing = "('pause', 'ending')" %}

with

moves as (
    select * from {{ ref('int_playback_moves') }}
),

described as (
    select
        *,
        is_clocked or coalesce(next_is_clocked, false) as is_by_clock,
        {{ reported_growth(
            'next_watch_seconds', 'coalesce(watch_seconds, watch_seconds_before, 0)', per_row
        ) }} as next_reported_seconds,
        {{ reported_growth('watch_seconds', 'coalesce(watch_seconds_before, 0)', per_row) }}
            as own_reported_seconds,
        {{ seconds_between('previous_event_timestamp', 'event_timestamp') }}
            as previous_wall_seconds,
        -- What halted it must have ended: it has moved on plausibly.
        is_halted and is_plausible and coalesce(is_meant, true) and kind <> 'seek_start'
        and (
            next_kind in {{ closing }}
            or (next_kind = 'heartbeat' and coalesce(next_is_playing, true))
        ) as is_end_lost
    from moves
),

judged as (
    select
        *,
        -- The rules, one a line. What none names owns nothing: watch time is never invented. A
        -- title left open is judged by what its session does next (int_switched_spans).
        case
            when is_end_lost then 'lost_close'
            when plays_after and next_kind is null then null
            -- A seek that says not where it left, or a closing event that says not where it is.
            when is_closed_by_clock and next_kind = 'seek' and kind <> 'heartbeat' then 'clock'
            when is_closed_by_clock
                then case when wall_seconds <= {{ rules.max_inferred_seconds }} then 'clock' end
            when plays_after and is_plausible and next_kind = 'opening' then 'lost_close'
            when plays_after and is_plausible then 'observed'
            -- The playhead went further than the clock allows.
            when plays_after and advance_seconds > 0 then 'seek'
            -- It went back: only reported watch time says what was played before that.
            when plays_after and advance_seconds < 0 and next_reported_seconds > 0 then 'reported'
            -- A closing event owns what it reports only where nothing was meant to play.
            when
                kind in {{ closing }} and not coalesce(was_meant, false)
                and position_seconds is not null and own_reported_seconds > 0
                then 'reported'
        end as evidence,
        -- A move to the next event that is no playback, once anything has been played.
        case
            when is_meant is null or is_by_clock then null
            when next_kind = 'seek' and not is_next_time_update
                then next_position_seconds - next_before_seconds
            when plays_after or is_end_lost then null
            when kind = 'seek_start' then next_before_seconds - after_seconds
            when next_kind in {{ closing }} then null
            when next_before_seconds < after_seconds then next_before_seconds - after_seconds
            -- In a halt only what is faster than the clock; the edge of a live title moves on.
            when (is_meant and is_plausible) or is_live then null
            else next_before_seconds - after_seconds
        end as jump_seconds
    from described
),

final as (
    select
        *,
        -- Where, when and how much reported time there is: before the next event, or this one.
        case when plays_after then next_before_seconds else position_seconds end
            as reported_until_seconds,
        case when plays_after then next_event_timestamp else event_timestamp end
            as reported_until_at,
        case
            when plays_after then least(next_reported_seconds, wall_seconds)
            else least(own_reported_seconds, coalesce(previous_wall_seconds, own_reported_seconds))
        end as reported_seconds,
        -- Inside what an event owns, and from there to the next event. To or from a position that
        -- is the clock's no skip is told.
        case
            when
                evidence = 'seek' and not is_by_clock
                and advance_seconds - clock_seconds > {{ rules.forward_skip_seconds }}
                then 1
            else 0
        end
        + case when jump_seconds > {{ rules.forward_skip_seconds }} then 1 else 0 end
            as forward_skip_count,
        case
            when
                plays_after and not is_by_clock
                and advance_seconds < -{{ rules.backward_skip_seconds }}
                then 1
            else 0
        end
        + case when jump_seconds < -{{ rules.backward_skip_seconds }} then 1 else 0 end
            as backward_skip_count
    from judged
)

select * from final

{%- set rules = settings('playback') %}
{%- set longest_heartbeat = rules.heartbeat_seconds + rules.clock_tolerance_seconds %}

with

events as (
    select * from {{ ref('int_playback_evidence') }}
),

measured as (
    select
        *,
        case evidence
            when 'clock' then clock_seconds
            when 'seek' then least(clock_seconds, advance_seconds)
            when 'reported' then reported_seconds
            when 'observed' then advance_seconds
            when 'lost_close' then advance_seconds
        end as uncut_seconds,
        coalesce(plays_after and next_kind is null and kind = 'opening', false) as is_left_open,
        -- How long after its event playback began, where a heartbeat tells.
        case
            when next_kind = 'heartbeat' and evidence in ('observed', 'lost_close')
                then greatest(wall_seconds - {{ seconds_at_rate('advance_seconds', 'rate') }}, 0)
        end as startup_lag_seconds,
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
    from events
),

-- No position is past 48 hours, so no span is longer; in a live title one might be. By the clock
-- alone a heartbeat vouches for a minute and no more: a laptop may sleep.
final as (
    select
        *,
        cast(
            case
                when evidence is null then null
                when
                    is_by_clock and (plays_after or is_end_lost)
                    and (kind = 'heartbeat' or next_kind = 'heartbeat')
                    then least(uncut_seconds, {{ longest_heartbeat }})
                else least(uncut_seconds, 172800)
            end as decimal(13, 3)
        ) as span_seconds
    from measured
    where
        evidence is not null or is_left_open or is_stall or pause_change <> 0
        or kind in ('buffer_start', 'buffer_end')
        or forward_skip_count + backward_skip_count > 0
)

select * from final

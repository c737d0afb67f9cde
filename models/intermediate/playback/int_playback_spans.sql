{{ config(**replacing_touched('is_touched_session')) }}
{%- set borders = "('opening', 'pause', 'ending')" %}
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
        end as startup_lag_seconds
    from events
),

-- No position is past 48 hours, so no span is longer; in a live title one might be. By the clock
-- alone a heartbeat vouches for a minute and no more: a laptop may sleep.
cut as (
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
),

-- Reported time is counted back from where and when it ends, all other time on from its event.
spans as (
    select
        customer_id,
        session_id,
        title_id,
        cast(event_number as integer) as event_number,
        cast(play_number as integer) as play_number,
        evidence,
        case evidence
            when 'reported' then reported_until_seconds - span_seconds
            else after_seconds
        end as start_seconds,
        case evidence
            when 'reported' then reported_until_seconds else after_seconds + span_seconds
        end as end_seconds,
        0 as unplaced_seconds,
        case evidence
            when 'reported' then {{ add_seconds('reported_until_at', '-span_seconds') }}
            else event_timestamp
        end as wall_started_at,
        case evidence when 'reported' then span_seconds else wall_seconds end as wall_seconds,
        bandwidth_mbps,
        -- Beside it, one of the same play may lie that goes on from it or into it.
        kind not in {{ borders }} or coalesce(next_kind not in {{ borders }}, false) as is_joint,
        case when is_left_open then after_seconds end as left_open_seconds,
        forward_skip_count,
        backward_skip_count,
        pause_change,
        kind in ('buffer_start', 'buffer_end') as is_buffer_event,
        is_stall,
        stall_seconds,
        startup_lag_seconds
    from cut
),

final as (
    {{ clipped_to_titles('spans', [
        'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'bandwidth_mbps',
        'is_joint', 'left_open_seconds', 'forward_skip_count', 'backward_skip_count',
        'pause_change', 'is_buffer_event', 'is_stall', 'stall_seconds', 'startup_lag_seconds'
    ]) }}
)

select * from final

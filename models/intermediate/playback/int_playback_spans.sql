{{ config(**replacing_touched('is_touched_session')) }}
{%- set borders = "('opening', 'pause', 'ending')" %}

with

events as (
    select * from {{ ref('int_playback_lengths') }}
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
    from events
),

final as (
    {{ clipped_to_titles('spans', [
        'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'bandwidth_mbps',
        'is_joint', 'left_open_seconds', 'forward_skip_count', 'backward_skip_count',
        'pause_change', 'is_buffer_event', 'is_stall', 'stall_seconds', 'startup_lag_seconds'
    ]) }}
)

select * from final

{{ config(**replacing_touched('is_touched_session', unique_key='event_id')) }}
{%- set rules = settings('playback') %}
{%- set max_rate, tolerance = rules.max_playback_rate, rules.clock_tolerance_seconds %}

with

moves as (
    select * from {{ ref('int_playback_moves') }}
),

-- The rules, one a line. What none of them names owns nothing: watch time is never invented.
judged as (
    select
        *,
        case
            -- The last event of its title, left open: did its session soon turn to another title?
            when is_opening and next_is_opening is null
                then case when wall_seconds <= {{ rules.max_inferred_seconds }} then 'switched' end
            -- The playhead went back: only reported watch time says what was played before that.
            when is_opening and advance_seconds < 0 and reported_seconds > 0 then 'reported'
            -- It went further than the clock allows.
            when is_opening and advance_seconds > wall_seconds * {{ max_rate }} + {{ tolerance }}
                then 'seek'
            when is_opening and advance_seconds > 0 and next_is_opening then 'lost_close'
            when is_opening and advance_seconds > 0 then 'observed'
            -- A closing event owns what it reports only where nothing opened its span.
            when is_opening or previous_is_opening then null
            when reported_seconds > 0 then 'reported'
        end as evidence
    from moves
),

measured as (
    select
        *,
        case
            when evidence in ('observed', 'lost_close') then advance_seconds
            when evidence = 'seek' then least(wall_seconds, advance_seconds)
            when evidence = 'switched' then wall_seconds
            when evidence = 'reported'
                then least(reported_seconds, coalesce(wall_seconds, reported_seconds))
        end as span_seconds
    from judged
),

-- Reported time is counted back from the end of its span, all other time on from its event.
final as (
    select
        event_id,
        customer_id,
        session_id,
        title_id,
        event_timestamp,
        bandwidth_mbps,
        loaded_at,
        evidence,
        case
            when evidence = 'reported' then end_position_seconds - span_seconds
            when evidence is not null then position_seconds
        end as start_seconds,
        case evidence
            when 'reported' then end_position_seconds
            else position_seconds + span_seconds
        end as end_seconds,
        case
            when evidence = 'reported' then {{ add_seconds('span_ended_at', '-span_seconds') }}
            when evidence is not null then event_timestamp
        end as wall_started_at,
        case evidence when 'reported' then span_seconds else wall_seconds end as wall_seconds,
        case when evidence = 'seek' then 1 else 0 end
        + case when jump_seconds > {{ rules.forward_skip_seconds }} then 1 else 0 end
            as forward_skip_count,
        case when advance_seconds < -{{ rules.backward_skip_seconds }} then 1 else 0 end
        + case when jump_seconds < -{{ rules.backward_skip_seconds }} then 1 else 0 end
            as backward_skip_count,
        {{ derivation_stamp() }} as derived_at
    from measured
)

select * from final

{{ config(**replacing_touched('is_touched_session')) }}
{%- set rules = settings('playback') %}

with

-- A title left open: what its session does next is on another title. Few are.
left_open as (
    select * from {{ ref('int_playback_spans') }}
    where left_open_seconds is not null and {{ is_derived_anew() }}
),

switches as (
    select
        left_open.customer_id,
        left_open.session_id,
        left_open.title_id,
        min(events.event_timestamp) as switched_at
    from left_open
    inner join {{ ref('int_touched_events') }} as events
        on
            left_open.customer_id = events.customer_id
            and left_open.session_id = events.session_id
            and left_open.title_id <> events.title_id
            and left_open.wall_started_at < events.event_timestamp
    group by left_open.customer_id, left_open.session_id, left_open.title_id
),

measured as (
    select
        left_open.*,
        {{ seconds_between('left_open.wall_started_at', 'switches.switched_at') }} as switch_seconds
    from left_open
    inner join switches
        on
            left_open.customer_id = switches.customer_id
            and left_open.session_id = switches.session_id
            and left_open.title_id = switches.title_id
),

spans as (
    select
        customer_id,
        session_id,
        title_id,
        event_number,
        play_number,
        'switched' as evidence,
        left_open_seconds as start_seconds,
        cast(left_open_seconds + switch_seconds as decimal(13, 3)) as end_seconds,
        0 as unplaced_seconds,
        wall_started_at,
        switch_seconds as wall_seconds,
        bandwidth_mbps
    from measured
    where switch_seconds <= {{ rules.max_inferred_seconds }}
),

final as (
    {{ clipped_to_titles('spans', [
        'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'bandwidth_mbps'
    ]) }}
)

select * from final

{#- What becomes of a row: accepted, ignored, or the first reason why it is no event (docs/method.md §2.3). -#}
{% macro outcome() -%}
    {%- set shares = shares_of_title() -%}
    {%- set position = in_seconds('position_seconds', shares) -%}
    {%- set end = in_seconds('end_position_seconds', shares) -%}
    case
        when not is_readable then 'unparseable'
        when event_type = 'ignore' then 'ignored'
        when customer_id is null then 'missing_customer_id'
        when title_id is null then 'missing_title_id'
        when session_id is null then 'missing_session_id'
        when event_type is null then 'unknown_event_type'
        when not is_timely then 'invalid_timestamp'
        when is_unreadable then 'invalid_position'
        -- Missing where the type needs one: a live title's is the clock's.
        when event_type = 'span' and ({{ position }} is null or {{ end }} is null)
            then 'invalid_position'
        when is_live_title then 'accepted'
        when
            event_type in ('start', 'resume', 'heartbeat', 'seek', 'seek_start')
            and {{ position }} is null
            then 'invalid_position'
        -- 48 hours
        when {{ position }} not between 0 and 172800 then 'invalid_position'
        when event_type in ('span', 'play') and {{ end }} not between 0 and 172800
            then 'invalid_position'
        else 'accepted'
    end
{%- endmacro %}

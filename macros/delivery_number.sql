{#- Which of the deliveries of one event a row is; the one numbered 1 counts. Rows are deliveries of one event where
    id, customer, session, title, type and time are equal. Of a stated row the latest end counts, then the most
    watched, since a play that is saved again and again grows; of any other the one that landed first.
    Deliveries of one hour that differ are told apart by what they say, never by their order in a file. -#}
{% macro delivery_number() -%}
    row_number() over (
        partition by event_id, customer_id, session_id, title_id, event_type, event_timestamp
        order by
            {%- for column in ['ended_at', 'watched_seconds', 'end_position_seconds'] %}
            case when event_type in ('span', 'play') then {{ column }} end desc nulls last,
            {%- endfor %}
            landed_at nulls last,
            watch_duration_seconds nulls first,
            position_seconds nulls last,
            {#- Compared above; engines write a timestamp as text each in its own way. #}
            {{ content_hash(
                telemetry_fields().keys() | reject('in', ['event_timestamp', 'ended_at']) | list
            ) }}
    )
{%- endmacro %}

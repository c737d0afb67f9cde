{#- The canonical event type of a source's event name, by var event_type_aliases; NULL where unknown. -#}
{% macro canonical_event_type(column) -%}
    {%- set event_types = [
        'start', 'resume', 'pause', 'stop', 'complete', 'heartbeat', 'seek', 'seek_start',
        'buffer_start', 'buffer_end', 'ad_start', 'ad_end', 'error', 'span', 'play', 'ignore'
    ] -%}
    {%- set aliases = mapping_variable('event_type_aliases') -%}
    {%- for name, event_type in aliases.items() if event_type not in event_types -%}
        {{ stop(
            "var event_type_aliases maps " ~ name ~ " to '" ~ event_type ~ "'; map it to one of "
            ~ event_types | join(', ')
        ) }}
    {%- endfor -%}
    case {{ column }}
        {%- for name, event_type in aliases.items() %}
        when '{{ name | replace("'", "''") }}' then '{{ event_type }}'
        {%- endfor %}
        {%- for event_type in event_types %}
        when '{{ event_type }}' then '{{ event_type }}'
        {%- endfor %}
    end
{%- endmacro %}

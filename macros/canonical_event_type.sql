{#- The canonical event type of a source's event name, by var event_type_aliases; NULL where unknown. -#}
{% macro canonical_event_type(column) -%}
    {%- set types = dict(mapping().aliases) -%}
    {%- for event_type in event_types() if event_type not in types -%}
        {%- do types.update({event_type: event_type}) -%}
    {%- endfor -%}
    case {{ column }}
        {%- for name, event_type in types.items() %}
        when '{{ name | replace("'", "''") }}' then '{{ event_type }}'
        {%- endfor %}
    end
{%- endmacro %}

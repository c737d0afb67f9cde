{#- The rank of event types that share a millisecond (DESIGN §3). -#}
{% macro event_type_order(event_type) -%}
    case {{ event_type }}
        when 'start' then 1 when 'pause' then 2 when 'resume' then 3 when 'stop' then 4 else 5
    end
{%- endmacro %}

{#- The last millisecond of a half-open stretch of the clock; of an empty one, where it would be. -#}
{% macro last_played_at(started_at, ended_at) -%}
    greatest({{ started_at }}, {{ add_seconds(ended_at, -0.001) }})
{%- endmacro %}

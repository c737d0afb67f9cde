{#- Whether a half-open stretch of the clock lies on more than one UTC date. -#}
{% macro lasts_over_midnight(started_at, ended_at) -%}
    cast({{ started_at }} as date) < cast({{ last_played_at(started_at, ended_at) }} as date)
{%- endmacro %}

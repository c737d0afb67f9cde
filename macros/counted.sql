{#- What a counter comes to over rows: one of `per_row` counts each row's own, so it is the sum; any other counts on
    and on, so it is the greatest. -#}
{% macro counted(field, per_row, column=field) -%}
    {{ 'sum' if field in per_row else 'max' }}({{ column }})
{%- endmacro %}

{#- What a report says was watched since the report before it. -#}
{% macro reported_growth(reported, before, per_row) -%}
    {{ reported if 'watch_duration_seconds' in per_row else reported ~ ' - ' ~ before }}
{%- endmacro %}

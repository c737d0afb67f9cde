{#- What a counter comes to over rows: it counts on and on, so the greatest; or each row's own, so the sum. -#}
{% macro counted(field, column=field) -%}
    {{ 'sum' if counts_per_row(field) else 'max' }}({{ column }})
{%- endmacro %}

{#- What a report says was watched since the report before it. -#}
{% macro reported_growth(reported, before) -%}
    {{ reported if counts_per_row('watch_duration_seconds') else reported ~ ' - ' ~ before }}
{%- endmacro %}

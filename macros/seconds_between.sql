{#- Exact decimal seconds from one timestamp to another, both whole milliseconds. DuckDB's date_diff
    counts boundaries and Trino's elapsed units: on whole milliseconds the two agree. -#}
{% macro seconds_between(from_timestamp, to_timestamp) -%}
    cast(
        cast(date_diff('millisecond', {{ from_timestamp }}, {{ to_timestamp }}) as decimal(15, 0))
        * 0.001 as decimal(15, 3)
    )
{%- endmacro %}

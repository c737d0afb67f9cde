{#- The bucket, 0–99, of a position on its title; 100 at its end. In whole milliseconds, so that a
    position is never on the wrong side of a border. -#}
{% macro percent_reached(position_seconds, duration_seconds) -%}
    {{ integer_divide(
        'cast(' ~ position_seconds ~ ' * 100000 as bigint)',
        'cast(' ~ duration_seconds ~ ' * 1000 as bigint)'
    ) }}
{%- endmacro %}

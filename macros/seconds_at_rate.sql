{#- How long it takes on the clock to play so many seconds at a rate, 1 if none is known: to the millisecond,
    half up. In whole numbers, since engines divide decimals each in its own way. -#}
{% macro seconds_at_rate(seconds, rate) -%}
    {%- set thousandths -%} cast(case when {{ rate }} > 0 then {{ rate }} else 1 end * 1000 as bigint) {%- endset -%}
    cast(
        {{ integer_divide(
            '(cast(' ~ seconds ~ ' * 1000 as bigint) * 2000 + ' ~ thousandths ~ ')',
            '(2 * ' ~ thousandths ~ ')'
        ) }} * 0.001 as decimal(13, 3)
    )
{%- endmacro %}

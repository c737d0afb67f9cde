{#- The number that a text says in a unit, in the canonical one, exactly: seconds, percent, Mbit/s; NULL where it says
    none. A double would lose digits of a time in nanoseconds. -#}
{% macro number_in(text, unit) -%}
    {%- set factors = {
        'ms': '0.001', 'us': '0.000001', 'ns': '0.000000001', 'ticks': '0.0000001', 'min': '60.0', 'ratio': '100.0',
        'kbps': '0.001', 'bps': '0.000001'
    } -%}
    {%- if unit in factors -%}
        try_cast(try_cast({{ text }} as decimal(28, 6)) * {{ factors[unit] }} as decimal(28, 9))
    {%- elif unit == 'iso8601' -%}
        {{ sum_of_parts(text, '^P(?:([0-9]+)D)?T?(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:[.][0-9]+)?)S)?$') }}
    {%- elif unit == 'clock' -%}
        {{ sum_of_parts(text, '^()(?:([0-9]+):)?([0-9]+):([0-9]+(?:[.][0-9]+)?)$') }}
    {%- else -%}
        try_cast({{ text }} as decimal(28, 9))
    {%- endif -%}
{%- endmacro %}

{#- The seconds of a text whose parts are days, hours, minutes and seconds; NULL where it has no such shape. -#}
{% macro sum_of_parts(text, pattern) -%}
    case
        when nullif(regexp_extract({{ text }}, '{{ pattern }}'), '') is not null
            and nullif(regexp_extract({{ text }}, '[0-9]'), '') is not null
            then {% for seconds in [86400, 3600, 60, 1] -%}
            coalesce(
                try_cast(nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ loop.index }}), '') as decimal(16, 6)), 0
            ) * {{ seconds }}{{ ' + ' if not loop.last }}
            {%- endfor %}
    end
{%- endmacro %}

{#- The start or the end of a text that is a range: a..b, a-b, a,b or a[.]b. -#}
{% macro ranged_text(text, side) -%}
    {%- set end = '([0-9][0-9:]*(?:[.][0-9]+)?)' -%}
    {%- set pattern = '^ *' ~ end ~ ' *(?:[.][.]|\\[[.]\\]|-|,) *' ~ end ~ ' *$' -%}
    {%- if side is none -%}
        {{ text }}
    {%- else -%}
        nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ 1 if side == 'start' else 2 }}), '')
    {%- endif -%}
{%- endmacro %}

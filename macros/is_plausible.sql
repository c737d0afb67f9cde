{#- Whether the playhead may have come so far in so many seconds of the clock: at the greater of the rates
    reported before and after them, or else as fast as playback ever is (docs/method.md §3.4). The rate has
    no more digits than it must, so that the product has 18: past that DuckDB is ten times slower. -#}
{% macro is_plausible(advance, wall, rate, next_rate) -%}
    {%- set rules = settings('playback') -%}
    {%- set fastest = [rules.trick_play_rate, rules.max_playback_rate] | max -%}
    {{ advance }} > 0
    and {{ advance }} - {{ rules.clock_tolerance_seconds }} <= {{ wall }} * cast(
        least(
            coalesce(
                nullif(greatest(coalesce({{ rate }}, 0), coalesce({{ next_rate }}, {{ rate }}, 0)), 0),
                {{ rules.max_playback_rate }}
            ), {{ fastest }}
        ) as decimal(5, 3)
    )
{%- endmacro %}

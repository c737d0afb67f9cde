{#- How far the playhead may plausibly have come in `wall` seconds: at the greater of the rates reported before
    and after them, or as fast as playback ever is (docs/method.md §3.4). -#}
{% macro greatest_advance(wall, rate, next_rate) -%}
    {%- set rules = settings('playback') -%}
    {%- set fastest = [rules.trick_play_rate, rules.max_playback_rate] | max -%}
    {{ wall }} * least(
        coalesce(
            nullif(greatest(coalesce({{ rate }}, 0), coalesce({{ next_rate }}, {{ rate }}, 0)), 0),
            {{ rules.max_playback_rate }}
        ), {{ fastest }}
    ) + {{ rules.clock_tolerance_seconds }}
{%- endmacro %}

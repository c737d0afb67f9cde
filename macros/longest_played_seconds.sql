{#- The most that one interval can last on the clock: its length, ends within 48 hours and what may be
    inferred, at the slowest playback, and the tolerance. -#}
{% macro longest_played_seconds() -%}
    {%- set rules = settings('playback') -%}
    {{- return(
        (172800 + rules.max_inferred_seconds) / rules.min_playback_rate + rules.clock_tolerance_seconds
    ) -}}
{%- endmacro %}

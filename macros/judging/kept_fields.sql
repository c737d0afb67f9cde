{#- The fields of a row for which `condition` holds, each under its name, and NULL where it says what cannot be:
    `possible` has conditions by field. What may be by a row's title counts once that is known. -#}
{% macro kept_fields(condition, possible={}, is_title_known=true) -%}
    {%- set of_title = {
        'seek_from_seconds': '(is_live_title or {} between 0 and 172800)',
        'max_position_seconds': '(is_live_title or {} between 0 and 172800)',
        'watched_seconds': '{} >= 0'
    } if is_title_known else {} -%}
    {%- set shares = shares_of_title() if is_title_known else {} -%}
    {%- for field in telemetry_fields() if field != 'event_id' %}
    {%- set value = in_seconds(field, shares) %}
    {%- set value = clamped_rate() if field == 'playback_rate' else value %}
    {%- set is_possible = of_title.get(field, possible.get(field)) %}
    case
        when {{ condition }}{{ ' and ' ~ is_possible.format(value) if is_possible }} then {{ value }}
    end as {{ field }},
    {%- endfor %}
{%- endmacro %}

{#- The playback rate, as far as five digits tell it. -#}
{% macro clamped_rate() -%}
    cast(
        case when playback_rate > 99 then 99 when playback_rate < -99 then -99 else playback_rate end
        as decimal(5, 3)
    )
{%- endmacro %}

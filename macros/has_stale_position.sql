{#- Whether an opening event or heartbeat that comes right after a seek is nearer to where the seek left than
    to where it went: its position is stale (docs/method.md §3.3). `event` and `seek` are the prefixes of
    their columns. -#}
{% macro has_stale_position(event, seek) -%}
    {{ seek }}left_seconds is not null and {{ event }}kind in ('opening', 'heartbeat')
    and {{ seconds_between(seek ~ 'event_timestamp', event ~ 'event_timestamp') }}
    <= {{ settings('playback').seek_tolerance_seconds }}
    and abs({{ event }}position_seconds - {{ seek }}left_seconds)
    < abs({{ event }}position_seconds - {{ seek }}position_seconds)
{%- endmacro %}

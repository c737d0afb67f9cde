{#- The source's column for each canonical field of docs/method.md §2.1, in order; ip_address is dropped. -#}
{% macro telemetry_fields() %}
    {% set canonical = [
        'event_id', 'customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp',
        'watch_duration_seconds', 'position_seconds', 'completion_percentage', 'device_type',
        'device_id', 'device_os', 'app_version', 'quality', 'bandwidth_mbps', 'buffering_events',
        'buffering_duration_seconds', 'error_count', 'country', 'state', 'city', 'isp',
        'connection_type', 'playback_rate', 'seek_from_seconds', 'is_playing', 'is_completed', 'is_live',
        'ended_at', 'end_position_seconds', 'watched_seconds', 'max_position_seconds', 'title_name',
        'title_duration_seconds'
    ] %}
    {% set columns = mapping_variable('telemetry_columns', canonical) %}
    {% for field, column in columns.items() if column is not string or '"' in column %}
        {{ stop("var telemetry_columns has " ~ field ~ ": " ~ column ~ "; give a column's name") }}
    {% endfor %}
    {% set fields = {} %}
    {% for field in canonical %}
        {% do fields.update({field: columns.get(field, field)}) %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{#- The source's column for each canonical field of DESIGN §2.1, in order; ip_address is dropped. -#}
{% macro telemetry_fields() %}
    {% set canonical = [
        'event_id', 'customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp',
        'watch_duration_seconds', 'position_seconds', 'completion_percentage', 'device_type',
        'device_id', 'device_os', 'app_version', 'quality', 'bandwidth_mbps', 'buffering_events',
        'buffering_duration_seconds', 'error_count', 'country', 'state', 'city', 'isp',
        'connection_type'
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

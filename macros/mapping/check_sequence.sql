{#- Stops a run whose rows would hang on each other in a circle. -#}
{% macro check_sequence(columns) %}
    {% set reasons = {
        'event_id': 'rows are told apart by it',
        'event_timestamp': 'rows are put in order by it',
        'session_id': 'values are carried forward within it'
    } %}
    {% for field, reason in reasons.items() if columns[field].carry_forward %}
        {{ stop("var telemetry_columns has " ~ field ~ ".carry_forward, but " ~ reason ~ ": leave it out") }}
    {% endfor %}
    {% for field in columns.session_id.within if columns.session_id.gap_seconds is not none %}
        {% if field in reasons %}
            {{ stop(
                "var telemetry_columns has session_id.within: " ~ field ~ ", in which no session can last; give "
                ~ "columns such as customer_id, title_id and device_id"
            ) }}
        {% elif columns[field].carry_forward %}
            {{ stop(
                "var telemetry_columns has session_id.within: " ~ field ~ ", which is itself carried forward within "
                ~ "the session: leave out one of the two"
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- The canonical event types of docs/method.md §2.2. -#}
{% macro event_types() %}
    {{ return([
        'start', 'resume', 'pause', 'stop', 'complete', 'heartbeat', 'seek', 'seek_start',
        'buffer_start', 'buffer_end', 'ad_start', 'ad_end', 'error', 'span', 'play', 'ignore'
    ]) }}
{% endmacro %}

{#- The models whose tables are kept from run to run: the folder of each, and the model that lists which
    of its rows a run derives. -#}
{% macro kept_models() %}
    {{ return({
        'int_repeated_events': ('intermediate', 'base_telemetry__events'),
        'int_watch_intervals': ('intermediate', 'int_touched_sessions'),
        'viewing_sessions': ('marts', 'int_touched_sessions'),
        'int_session_days': ('intermediate', 'int_touched_sessions'),
        'viewer_title_engagement': ('marts', 'int_touched_viewer_titles'),
        'int_simultaneous_streams': ('intermediate', 'int_touched_viewer_days'),
        'int_viewers_summed': ('intermediate', 'int_touched_sessions'),
        'int_viewer_days': ('intermediate', 'int_touched_viewer_days'),
        'int_audience_minutes': ('intermediate', 'int_touched_viewer_days')
    }) }}
{% endmacro %}

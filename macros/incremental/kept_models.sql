{#- The models whose tables are kept from run to run: the folder of each, and the model that lists which
    of its rows a run derives. -#}
{% macro kept_models() %}
    {{ return({
        'int_playback_spans': ('intermediate', 'int_touched_sessions'),
        'int_switched_spans': ('intermediate', 'int_touched_sessions'),
        'int_stated_spans': ('intermediate', 'int_touched_sessions'),
        'int_joined_spans': ('intermediate', 'int_touched_sessions'),
        'viewing_sessions': ('marts', 'int_touched_sessions'),
        'viewer_title_engagement': ('marts', 'int_touched_viewer_titles'),
        'int_viewer_days': ('intermediate', 'int_touched_viewer_days'),
        'int_audience_minutes': ('intermediate', 'int_touched_viewer_days')
    }) }}
{% endmacro %}

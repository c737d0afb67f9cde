{#- Stops a run on a variable that Playhead does not know: misspelt, it would leave the default, another lake, in place. Of
    a project that Playhead is a part of, variables may be others'. -#}
{% macro check_variables() %}
    {% if not execute or project_name != 'playhead' %}{{ return('') }}{% endif %}
    {% set given = invocation_args_dict.vars if invocation_args_dict.vars is mapping else {} %}
    {% for name in dict(given, **project_variables()) if name not in known_variables() %}
        {{ stop(
            "there is no var " ~ name ~ "; use one of " ~ known_variables() | join(", ")
        ) }}
    {% endfor %}
    {% do [kept_text_length(), whole_days('rejected_text_days'), whole_days('retention_days')] %}
{% endmacro %}

{% macro known_variables() %}
    {{ return([
        'telemetry_path', 'telemetry_format', 'preset', 'telemetry_columns', 'event_type_aliases', 'telemetry_rows',
        'titles_path', 'telemetry_table', 'titles_table', 'reload_from', 'reload_until', 'load_lake_anew',
        'lookback_hours', 'unreadable_files', 'warn_above_rejected_percentage', 'rejected_text', 'rejected_text_days',
        'retention_days', 'playback', 'engagement', 'audience', 'alerts', 'playback_defaults', 'engagement_defaults',
        'audience_defaults', 'alerts_defaults', 'release'
    ]) }}
{% endmacro %}

{#- Stops a run that would build a model whole from a part: what a run derives is listed by its input,
    and that lists everything only where it is itself built whole in the same run. -#}
{% macro check_selection() %}
    {% set selected = selected_resources | map('replace', 'model.playhead.', '') | list %}
    {% for name, (folder, input) in kept_models().items()
        if execute and flags.WHICH in ['run', 'build'] %}
        {% set is_whole = flags.FULL_REFRESH or held_relation(name, folder) is none %}
        {% if name in selected and is_whole and input not in selected %}
            {{ stop(
                name ~ " cannot be built whole without " ~ input ~ ": run dbt build --full-refresh "
                ~ "--select +" ~ name ~ "+"
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}

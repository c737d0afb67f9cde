{#- The mapping as it was written: the preset's, and over it, key by key, the variables. A key that is null
    takes the preset's away. -#}
{% macro mapping_settings() %}
    {% set settings, from_preset = {}, preset() %}
    {% set known_keys = {
        'telemetry_columns': telemetry_fields().keys() | list,
        'event_type_aliases': none,
        'telemetry_rows': ['where', 'each']
    } %}
    {% for name, keys in known_keys.items() %}
        {% set merged = {} %}
        {% for given in [from_preset.get(name) or {}, mapping_variable(name, keys)] %}
            {% for key, value in given.items() %}
                {% do merged.update({literal_text(key): value}) %}
            {% endfor %}
        {% endfor %}
        {% do settings.update({name: merged}) %}
    {% endfor %}
    {{ return(settings) }}
{% endmacro %}

{#- A text, number or boolean of YAML as the text that a source would have. -#}
{% macro literal_text(value) %}
    {{ return(value | lower if value is boolean else value | string) }}
{% endmacro %}

{#- The settings of the known player that var preset names; none where it names none. -#}
{% macro preset() %}
    {% set name, known = var('preset') | string | trim, [] %}
    {% if not name %}{{ return({}) }}{% endif %}
    {% for macro in context if macro.startswith('preset_') %}
        {% do known.append(macro[7:]) %}
    {% endfor %}
    {% do one_of(known | sort, name, "var preset is '" ~ name ~ "'") %}
    {% set settings = context['preset_' ~ name]() %}
    {% set format = settings.get('telemetry_format', var('telemetry_format')) %}
    {% if format != var('telemetry_format') %}
        {{ stop(
            "var telemetry_format is '" ~ var('telemetry_format') ~ "', and preset " ~ name ~ " is for "
            ~ format ~ ": set telemetry_format to " ~ format
        ) }}
    {% endif %}
    {{ return(settings) }}
{% endmacro %}

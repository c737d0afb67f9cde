{#- How the source's rows become canonical ones, by docs/players.md: `columns`, a rule for each field;
    `aliases`, canonical types by the source's names; and `rows`, which are meant. -#}
{% macro mapping() %}
    {% set settings, columns = mapping_settings(), {} %}
    {% for field, kind in telemetry_fields().items() %}
        {% set rule = settings.telemetry_columns.get(field, field) %}
        {% do columns.update({
            field: mapping_rule(rule, kind, "var telemetry_columns has " ~ field, field)
        }) %}
    {% endfor %}
    {% do check_sequence(columns) %}
    {{ return({
        'columns': columns,
        'aliases': mapping_aliases(settings.event_type_aliases),
        'rows': mapping_rows(settings.telemetry_rows)
    }) }}
{% endmacro %}

{#- Canonical types by the source's names for them. -#}
{% macro mapping_aliases(given) %}
    {% set aliases = {} %}
    {% for name, event_type in given.items() if event_type is not none %}
        {% do one_of(
            event_types(), event_type, "var event_type_aliases maps " ~ name ~ " to '" ~ event_type ~ "'"
        ) %}
        {% do aliases.update({name: event_type}) %}
    {% endfor %}
    {{ return(aliases) }}
{% endmacro %}

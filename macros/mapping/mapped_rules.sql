{#- The rules of the mapping that are more than a path, as they were written, in the order of the fields: for
    what asks for one of their keys. Macro mapping checks them, and costs a thousand calls of macros. -#}
{% macro mapped_rules() %}
    {% set given, rules = mapping_settings().telemetry_columns, {} %}
    {% for field in telemetry_fields() if given.get(field) is mapping %}
        {% do rules.update({field: given[field]}) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

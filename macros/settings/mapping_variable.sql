{#- A variable that must be a mapping whose keys, where `known_keys` is given, are among them. -#}
{% macro mapping_variable(variable, known_keys=none) %}
    {% if var(variable) is not mapping %}
        {{ stop("var " ~ variable ~ " is '" ~ var(variable) ~ "'; give a mapping, {key: value}") }}
    {% endif %}
    {% for key in var(variable) if known_keys is not none %}
        {% do one_of(known_keys | list, key, "var " ~ variable ~ " has an unknown key, " ~ key) %}
    {% endfor %}
    {{ return(var(variable)) }}
{% endmacro %}

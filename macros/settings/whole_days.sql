{#- A variable that counts days, 0 or more; 0 is none. -#}
{% macro whole_days(variable) %}
    {% set days = var(variable) %}
    {% if days is not integer or days is boolean or days < 0 %}
        {{ stop("var " ~ variable ~ " is '" ~ days ~ "'; give a number of days, or 0 for no limit") }}
    {% endif %}
    {{ return(days) }}
{% endmacro %}

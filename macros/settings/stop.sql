{#- Ends the run with one line: what is wrong, and what to do. -#}
{% macro stop(message) %}
    {{ exceptions.raise_compiler_error(message) }}
{% endmacro %}

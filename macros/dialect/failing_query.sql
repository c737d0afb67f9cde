{#- A query that fails with a message: a hook at a run's end, from which an error in Jinja would be told as an
    interruption, and hide what else the run says. -#}
{% macro failing_query(message) %}
    {{- return(adapter.dispatch('failing_query', 'playhead')("'" ~ message | replace("'", "''") ~ "'")) -}}
{% endmacro %}

{#- Athena has no function for it; a text that is no number is told as it stands. -#}
{% macro default__failing_query(text) -%}
    select cast({{ text }} as integer) as message
{%- endmacro %}

{% macro duckdb__failing_query(text) -%}
    select error({{ text }}) as message
{%- endmacro %}

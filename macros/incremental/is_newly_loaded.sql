{#- Whether an event was loaded since all that is kept was last up to date; where all is built anew, every
    event was. -#}
{% macro is_newly_loaded() -%}
    {%- set settled_until = settled_until() -%}
    {{ "loaded_at > timestamp '" ~ settled_until ~ "'" if settled_until else 'true' }}
{%- endmacro %}

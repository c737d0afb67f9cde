{#- Whether a row was derived by this run, or by one that did not end. Old rows lie apart from new ones, so
    that a run hardly reads them. -#}
{% macro is_derived_anew() -%}
    {%- set derived_until = settled_until('derived_until') -%}
    {{ "derived_at > timestamp '" ~ derived_until ~ "'" if derived_until else 'true' }}
{%- endmacro %}

{#- Whether a span belongs to a session that this run derives: it has just been derived itself. Old spans
    lie apart from new ones, so that a run hardly reads them. -#}
{% macro is_derived_anew() -%}
    {%- set derived_until = settled_until('derived_until') -%}
    {{ "derived_at > timestamp '" ~ derived_until ~ "'" if derived_until else 'true' }}
{%- endmacro %}

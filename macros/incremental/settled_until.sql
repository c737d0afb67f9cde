{#- Up to which load everything that is kept from run to run is up to date, as text; none where all is
    built anew. It stands in int_settled, which a run writes after all of it: so what a killed or partial run
    has left undone, the next one does again. -#}
{% macro settled_until(column='loaded_until') %}
    {% set is_run = execute and flags.WHICH in ['run', 'build'] and not flags.FULL_REFRESH %}
    {% set settled = held_relation('int_settled') if is_run %}
    {{ return(first_value("select cast(max(" ~ column ~ ") as varchar) from " ~ settled) if settled) }}
{% endmacro %}

{#- Whether an event was loaded since then; where all is built anew, every event was. -#}
{% macro is_newly_loaded() -%}
    {%- set settled_until = settled_until() -%}
    {{ "loaded_at > timestamp '" ~ settled_until ~ "'" if settled_until else 'true' }}
{%- endmacro %}

{#- Whether a row was derived by this run, or by one that did not end. Old rows lie apart from new ones, so
    that a run hardly reads them. -#}
{% macro is_derived_anew() -%}
    {%- set derived_until = settled_until('derived_until') -%}
    {{ "derived_at > timestamp '" ~ derived_until ~ "'" if derived_until else 'true' }}
{%- endmacro %}

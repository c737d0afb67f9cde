{#- Whether an event may belong to a session that this run derives, by when it landed. As a constant, so
    that what landed before is not even read. -#}
{% macro may_be_touched() -%}
    {%- set query = "select cast(landed_from as varchar) from " ~ ref('int_touched_landings') -%}
    {%- set landed_from = first_value(query) if execute and settled_until() else none -%}
    {{ "(landed_at is null or landed_at >= timestamp '" ~ landed_from ~ "')" if landed_from else 'true' }}
{%- endmacro %}

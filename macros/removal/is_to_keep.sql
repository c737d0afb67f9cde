{#- Whether a row that is read may be kept: it is of no viewer who was erased, and not older than var retention_days. -#}
{% macro is_to_keep() -%}
    {%- set conditions, cutoff = [], retention_cutoff() -%}
    {%- if erasure_salt() -%}
        {%- do conditions.append("not coalesce(" ~ is_erased_customer() ~ ", false)") -%}
    {%- endif -%}
    {%- if cutoff -%}
        {#- A time before 2000 is none: such a row is as old as its landing. #}
        {%- set happened_at -%}
            case
                when event_timestamp >= timestamp '2000-01-01 00:00:00' then event_timestamp
                else coalesce(landed_at, {{ run_started() }})
            end
        {%- endset -%}
        {%- do conditions.append(happened_at ~ " >= " ~ cutoff) -%}
    {%- endif -%}
    {{ conditions | join(" and ") or "true" }}
{%- endmacro %}

{#- The midnight (UTC) before which var retention_days lets nothing be kept; none where it is 0. A unit test knows none. -#}
{% macro retention_cutoff() %}
    {% set days = whole_days('retention_days') %}
    {% if not days or not execute or not graph.get('nodes') %}{{ return(none) }}{% endif %}
    {% set day = run_started_at - modules.datetime.timedelta(days=days) %}
    {{ return("timestamp '" ~ day.strftime("%Y-%m-%d") ~ " 00:00:00'") }}
{% endmacro %}

{#- Whether a row's viewer is one who was erased. -#}
{% macro is_erased_customer() -%}
    {{ customer_hash('customer_id') }} in (select erased.customer_hash from {{ erased_customers() }} as erased)
{%- endmacro %}

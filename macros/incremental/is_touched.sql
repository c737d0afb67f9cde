{#- Whether a row belongs to a session that this run derives. -#}
{% macro is_touched_session() -%}
    {{ is_listed(['customer_id', 'session_id'], 'int_touched_sessions') }}
{%- endmacro %}

{#- Whether a row belongs to a viewer and title that this run derives. -#}
{% macro is_touched_viewer_title() -%}
    {{ is_listed(['customer_id', 'title_id'], 'int_touched_sessions') }}
{%- endmacro %}

{#- Whether a row belongs to a viewer and date that this run derives. -#}
{% macro is_touched_viewer_day() -%}
    {{ is_listed(['customer_id', 'active_on'], 'int_touched_viewer_days') }}
{%- endmacro %}

{#- Whether a row belongs to a viewer of whom this run derives a session. -#}
{% macro is_touched_viewer() -%}
    {{ is_listed(['customer_id'], 'int_touched_sessions') }}
{%- endmacro %}

{#- Whether a row's `columns` are among those that this run derives, which `model` lists; where all is built
    anew, every row's are. -#}
{% macro is_listed(columns, model) -%}
    {%- if not execute or settled_until() -%}
    ({{ columns | join(', ') }}) in (
        select touched.{{ columns | join(', touched.') }}
        from {{ ref(model) }} as touched
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Whether an event may belong to a session that this run derives, by when it landed. As a constant, so
    that what landed before is not even read. -#}
{% macro may_be_touched() -%}
    {%- set query = "select cast(min(landed_from) as varchar) from " ~ ref('int_touched_sessions') -%}
    {%- set landed_from = first_value(query) if execute and settled_until() else none -%}
    {{ "(landed_at is null or landed_at >= timestamp '" ~ landed_from ~ "')" if landed_from else 'true' }}
{%- endmacro %}

{#- Whether a session of viewing_sessions is none any more, since rows have landed that made others of its rows: a title
    that the first row names, a session that another goes on with. -#}
{% macro has_vanished() -%}
    {{ is_of_new_root(is_judged=true) }}
    and (customer_id, session_id, title_id) not in (
        select events.customer_id, events.session_id, events.title_id
        from {{ ref('stg_telemetry__events') }} as events
        where {{ is_of_new_root(is_judged=true) }}
    )
{%- endmacro %}

{#- Whether what a row's viewer has seen of its title is known: where some of it was watched nobody knows
    where, it is not. -#}
{% macro has_known_coverage() -%}
    (customer_id, title_id) not in (
        select
            unplaced.customer_id,
            unplaced.title_id
        from {{ ref('viewer_title_engagement') }} as unplaced
        where unplaced.unplaced_watch_seconds > 0
    )
{%- endmacro %}

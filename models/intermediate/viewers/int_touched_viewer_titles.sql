{{ config(materialized='table') }}

{%- set titles = ref('int_titles_enriched') %}
{%- set complete_until = loaded_until({'viewer_title_engagement': 'marts'}) %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),
{%- if complete_until %}

-- A new title or duration changes all its viewers' rows.
retitled as (
    select
        viewer_titles.customer_id,
        viewer_titles.title_id
    from {{ held_relation('viewer_title_engagement', 'marts') }} as viewer_titles
    inner join {{ titles }} as titles
        on viewer_titles.title_id = titles.title_id
    where
        viewer_titles.title_duration_seconds is distinct from titles.duration_seconds
        or viewer_titles.title_name is distinct from titles.title_name
        or viewer_titles.title_type is distinct from titles.title_type
        or viewer_titles.duration_source is distinct from titles.duration_source
),
{%- endif %}

final as (
    select
        customer_id,
        title_id
    from sessions
    {%- if complete_until %}
    where loaded_at > timestamp '{{ complete_until }}'
    {%- endif %}
    group by customer_id, title_id
    {%- if complete_until %}

    union

    select
        customer_id,
        title_id
    from retitled
    {%- endif %}
)

select * from final

{{ config(materialized='table') }}

{#- Of values that are as frequent, the longest duration, and the first name. -#}
{%- set preferred = {
    'title_name': 'title_name', 'told_seconds': '-told_seconds', 'implied_seconds': '-implied_seconds'
} %}

with

catalogue as (
    select * from {{ ref('stg_catalogue__titles') }}
),

reports as (
    select * from {{ ref('int_title_reports') }}
    where title_id not in (select catalogue.title_id from catalogue)
),

{%- for value, preference in preferred.items() %}

{{ value }}_votes as (
    select
        title_id,
        {{ value }},
        sum(event_count) as event_count
    from reports
    where {{ value }} is not null
    group by title_id, {{ value }}
),

{{ value }}_elected as (
    select
        title_id,
        min_by({{ value }}, row(-event_count, {{ preference }})) as {{ value }}
    from {{ value }}_votes
    group by title_id
),
{%- endfor %}

reported as (
    select
        title_id,
        max(case when is_live then 1 else 0 end) = 1 as is_live,
        nullif(max(complete_seconds), 0) as complete_seconds
    from reports
    group by title_id
),

uncatalogued as (
    select
        reported.title_id,
        reported.is_live,
        title_name_elected.title_name,
        told_seconds_elected.told_seconds,
        coalesce(
            cast(implied_seconds_elected.implied_seconds as decimal(12, 3)),
            reported.complete_seconds
        ) as inferred_seconds
    from reported
    left join title_name_elected on reported.title_id = title_name_elected.title_id
    left join told_seconds_elected on reported.title_id = told_seconds_elected.title_id
    left join implied_seconds_elected on reported.title_id = implied_seconds_elected.title_id
),

-- A title that the catalogue gives no duration is live.
final as (
    select
        title_id,
        title_name,
        title_type,
        genre,
        released_on,
        duration_seconds,
        case when duration_seconds is not null then 'catalogue' end as duration_source,
        duration_seconds is null as is_live,
        true as is_catalogued
    from catalogue

    union all

    select
        title_id,
        title_name,
        cast(null as varchar) as title_type,
        cast(null as varchar) as genre,
        cast(null as date) as released_on,
        case
            when not is_live then cast(coalesce(told_seconds, inferred_seconds) as decimal(12, 3))
        end as duration_seconds,
        case
            when is_live then null
            when told_seconds is not null then 'catalogue'
            when inferred_seconds is not null then 'inferred'
        end as duration_source,
        is_live,
        false as is_catalogued
    from uncatalogued
)

select * from final

{{ config(materialized='table') }}

with

catalogue as (
    select * from {{ ref('stg_catalogue__titles') }}
),

uncatalogued_titles as (
    select * from {{ ref('int_uncatalogued_titles') }}
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
        duration_seconds is null as is_live
    from catalogue

    union all

    select
        title_id,
        title_name,
        cast(null as varchar) as title_type,
        cast(null as varchar) as genre,
        cast(null as date) as released_on,
        duration_seconds,
        duration_source,
        is_live
    from uncatalogued_titles
)

select * from final

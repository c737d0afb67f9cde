{{ config(materialized='table') }}

with

catalogue as (
    select * from {{ ref('stg_catalogue__titles') }}
),

inferred_durations as (
    select * from {{ ref('int_inferred_durations') }}
),

final as (
    select
        title_id,
        title_name,
        title_type,
        genre,
        released_on,
        duration_seconds,
        case when duration_seconds is not null then 'catalogue' end as duration_source
    from catalogue

    union all

    select
        title_id,
        cast(null as varchar) as title_name,
        cast(null as varchar) as title_type,
        cast(null as varchar) as genre,
        cast(null as date) as released_on,
        duration_seconds,
        case when duration_seconds is not null then 'inferred' end as duration_source
    from inferred_durations
)

select * from final

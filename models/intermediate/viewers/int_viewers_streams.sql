{{ config(materialized='table') }}

with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
),

presence as (
    select * from {{ ref('int_viewer_presence') }}
),

played as (
    select
        customer_id,
        sum(wall_seconds) as played_seconds
    from intervals
    group by customer_id
),

present as (
    select
        customer_id,
        sum(wall_seconds) as present_seconds
    from presence
    group by customer_id
),

-- Played for longer than someone was there: on two screens at once.
final as (
    select
        played.customer_id,
        cast(coalesce(present.present_seconds, 0) as decimal(18, 3)) as present_seconds,
        cast(played.played_seconds - coalesce(present.present_seconds, 0) as decimal(18, 3))
            as simultaneous_stream_seconds
    from played
    left join present
        on played.customer_id = present.customer_id
)

select * from final

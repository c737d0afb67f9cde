-- Every viewer has exactly one row, and in it one segment; nobody else has any.
with

viewers as (
    select distinct customer_id
    from {{ ref('viewer_title_engagement') }}
),

segments as (
    select
        customer_id,
        count(segment) as segment_count
    from {{ ref('viewer_segments') }}
    group by customer_id
)

select
    viewers.customer_id,
    segments.customer_id as segmented_customer_id
from viewers
full outer join segments
    on viewers.customer_id = segments.customer_id
where
    viewers.customer_id is null
    or coalesce(segments.segment_count, 0) <> 1

-- For each title the hundredth that loses most viewers, the costliest first. Look at the title
-- around lost_at_seconds: credits lose people who have seen it all, the middle loses them for
-- good. Viewers of whom nobody knows which parts they watched are left out.
with

titles as (
    select * from {{ ref('title_performance') }}
    where largest_drop_off_bucket is not null
),

retention as (
    select * from {{ ref('title_retention') }}
),

final as (
    select
        titles.title_id,
        titles.title_name,
        retention.viewer_count,
        titles.largest_drop_off,
        cast(round(titles.largest_drop_off * retention.viewer_count) as bigint)
            as lost_viewer_count,
        retention.end_seconds as lost_at_seconds,
        titles.largest_drop_off_bucket + 1 as lost_at_percentage,
        retention.survival as survival_before
    from titles
    inner join retention
        on
            titles.title_id = retention.title_id
            and titles.largest_drop_off_bucket = retention.bucket_percentage
)

select * from final
order by lost_viewer_count desc, title_id asc
limit 20

{%- set audience = settings('audience') %}

with

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
    where is_active
),

-- Recent is counted back from the last day that has data, not from today.
newest as (
    select max(active_on) as newest_on
    from viewer_days
),

final as (
    select
        viewer_days.customer_id,
        newest.newest_on,
        count(*) filter (where viewer_days.event_count > 0) as active_days,
        count(*) filter (
            where viewer_days.active_on > {{ add_days('newest.newest_on', -audience.recent_days) }}
        ) as recent_active_days,
        cast(
            sum(
                case
                    when
                        viewer_days.active_on
                        > {{ add_days('newest.newest_on', -audience.recent_days) }}
                        then viewer_days.watch_seconds
                    else 0
                end
            ) as decimal(18, 3)
        ) as recent_watch_seconds
    from viewer_days
    cross join newest
    group by viewer_days.customer_id, newest.newest_on
)

select * from final

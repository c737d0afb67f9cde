with

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
),

final as (
    select
        customer_id,
        max(peak_stream_count) as peak_simultaneous_streams,
        cast(sum(simultaneous_stream_seconds) as decimal(18, 3)) as simultaneous_stream_seconds
    from viewer_days
    group by customer_id
)

select * from final

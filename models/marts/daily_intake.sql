with

landed as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        cast(landed_at as date) as landed_on,
        outcome,
        count(*) as row_count,
        cast(max(landed_at) as timestamp) as last_landed_at
    from landed
    group by
        cast(landed_at as date),
        outcome
)

select * from final

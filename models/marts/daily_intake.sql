with

accepted_events as (
    select * from {{ ref('stg_telemetry__events') }}
),

rejected_events as (
    select * from {{ ref('stg_telemetry__rejected_events') }}
),

landed as (
    select
        landed_at,
        'accepted' as outcome
    from accepted_events
    union all
    select
        landed_at,
        reject_reason as outcome
    from rejected_events
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

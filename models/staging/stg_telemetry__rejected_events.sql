with

events as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        outcome as reject_reason,
        raw_text,
        source_file,
        landed_at,
        loaded_at
    from events
    where outcome not in ('accepted', 'ignored')
)

select * from final

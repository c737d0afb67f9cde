with

events as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        reject_reason,
        raw_text,
        source_file,
        landed_at,
        loaded_at
    from events
    where reject_reason is not null
)

select * from final

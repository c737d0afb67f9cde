{{ config(**replacing_partitions('landing_partition')) }}

with

typed_rows as (
    select * from {{ ref('base_telemetry__typed_rows') }}
    {%- if is_incremental() %}
    where {{ is_to_load('source_file') }}
    {%- endif %}
),

final as (
    select
        event_id,
        customer_id,
        title_id,
        session_id,
        event_type,
        event_timestamp,
        watch_duration_seconds,
        position_seconds,
        completion_percentage,
        device_type,
        device_id,
        device_os,
        app_version,
        quality,
        bandwidth_mbps,
        buffering_events,
        buffering_duration_seconds,
        error_count,
        country,
        state,
        city,
        isp,
        connection_type,
        landed_at,
        {{ load_stamp('loaded_at') }} as loaded_at,
        source_file,
        reject_reason,
        -- Only a rejected row's text is worth its space.
        case when reject_reason is not null then {{ raw_text('raw_row') }} end as raw_text,
        -- Last, where Athena expects what a table is partitioned by.
        {{ landing_partition('source_file', 'landed_at') }} as landing_partition
    from typed_rows
)

select * from final

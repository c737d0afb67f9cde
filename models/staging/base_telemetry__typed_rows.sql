with

landed as (
    select * from {{ ref('base_telemetry__landed_rows') }}
),

-- In the lake everything may be text: a value that does not fit its type becomes NULL, alone.
typed as (
    select
        -- With no id, the key is the content: exact repeats collapse later on. The hash of a row is
        -- dear: `case` makes it only where it is needed, `coalesce` would for every row.
        case
            when trim(cast(event_id as varchar)) <> '' then trim(cast(event_id as varchar))
            else {{ content_hash(telemetry_fields()) }}
        end as event_id,
        nullif(trim(cast(customer_id as varchar)), '') as customer_id,
        nullif(trim(cast(title_id as varchar)), '') as title_id,
        nullif(trim(cast(session_id as varchar)), '') as session_id,
        {{ canonical_event_type('event_type') }} as event_type,
        {{ parse_timestamp('event_timestamp') }} as event_timestamp,
        try_cast(watch_duration_seconds as decimal(12, 3)) as watch_duration_seconds,
        try_cast(position_seconds as decimal(12, 3)) as position_seconds,
        try_cast(completion_percentage as decimal(15, 9)) as completion_percentage,
        nullif(trim(cast(device_type as varchar)), '') as device_type,
        nullif(trim(cast(device_id as varchar)), '') as device_id,
        nullif(trim(cast(device_os as varchar)), '') as device_os,
        nullif(trim(cast(app_version as varchar)), '') as app_version,
        nullif(trim(cast(quality as varchar)), '') as quality,
        try_cast(bandwidth_mbps as decimal(12, 3)) as bandwidth_mbps,
        cast(try_cast(buffering_events as decimal(12, 3)) as bigint) as buffering_events,
        try_cast(buffering_duration_seconds as decimal(12, 3)) as buffering_duration_seconds,
        cast(try_cast(error_count as decimal(12, 3)) as bigint) as error_count,
        nullif(trim(cast(country as varchar)), '') as country,
        nullif(trim(cast(state as varchar)), '') as state,
        nullif(trim(cast(city as varchar)), '') as city,
        nullif(trim(cast(isp as varchar)), '') as isp,
        nullif(trim(cast(connection_type as varchar)), '') as connection_type,
        landed_at,
        is_readable,
        raw_row,
        source_file
    from landed
),

final as (
    select
        *,
        case
            when not is_readable then 'unparseable'
            when customer_id is null then 'missing_customer_id'
            when title_id is null then 'missing_title_id'
            when session_id is null then 'missing_session_id'
            when event_type is null then 'unknown_event_type'
            when
                event_timestamp is null
                or event_timestamp < timestamp '2000-01-01 00:00:00'
                -- Where nobody knows when a row landed, it has by now. int_touched_landings counts
                -- on this.
                or event_timestamp > coalesce(landed_at, {{ run_started() }}) + interval '1' day
                then 'invalid_timestamp'
            -- 48 hours
            when position_seconds is null or position_seconds not between 0 and 172800
                then 'invalid_position'
        end as reject_reason
    from typed
)

select * from final

{{ config(**replacing_partitions('landing_partition')) }}

-- What rows are made by is noted before any is.
-- depends_on: {{ ref('int_fingerprint') }}

{%- set fields = telemetry_fields() %}
{%- set cleaned = [
    'playback_rate', 'seek_from_seconds', 'max_position_seconds', 'watched_seconds', 'ended_at'
] %}

with

judged_rows as (
    select * from {{ ref('base_telemetry__judged_rows') }}
    {%- if is_incremental() %}
    where {{ is_to_load('source_file') }}
    {%- endif %}
),

final as (
    select
        {%- for field in fields if field not in cleaned %}
        {{ field }},
        {%- endfor %}
        cast(
            case
                when playback_rate > 99 then 99 when playback_rate < -99 then -99 else playback_rate
            end
            as decimal(5, 3)
        ) as playback_rate,
        {%- for position in ['seek_from_seconds', 'max_position_seconds'] %}
        case when is_live_title or {{ position }} between 0 and 172800 then {{ position }} end
            as {{ position }},
        {%- endfor %}
        case when watched_seconds >= 0 then watched_seconds end as watched_seconds,
        case when ended_at between event_timestamp and last_possible_at then ended_at end
            as ended_at,
        landed_at,
        {{ load_stamp('loaded_at') }} as loaded_at,
        source_file,
        outcome,
        -- Only a rejected row's text is worth its space.
        case when outcome not in ('accepted', 'ignored') then {{ raw_text('raw_row') }} end
            as raw_text,
        -- Last, where Athena expects what a table is partitioned by.
        {{ landing_partition('source_file', 'landed_at') }} as landing_partition
    from judged_rows
)

select * from final

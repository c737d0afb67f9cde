{%- if target.type == 'duckdb' and var('unreadable_files') == 'set_aside' -%}
    {%- do ref('base_telemetry__files_set_aside') -%}
    {{- say_what_is_set_aside() -}}
    {{- check_telemetry_columns() -}}
{%- endif -%}
{%- set texts = [
    'device_type', 'device_id', 'device_os', 'app_version', 'quality', 'country', 'state', 'city',
    'isp', 'connection_type', 'title_name'
] %}
{%- set positions = [
    'position_seconds', 'seek_from_seconds', 'end_position_seconds', 'max_position_seconds'
] %}
{%- set unreadable = {
    'position_seconds': 'has_unreadable_position', 'end_position_seconds': 'has_unreadable_end'
} %}
{%- set seconds = [
    'watch_duration_seconds', 'buffering_duration_seconds', 'bandwidth_mbps', 'watched_seconds',
    'title_duration_seconds'
] %}
{%- set mapped = mapping() %}
{%- set content = telemetry_fields().keys() | list %}
{%- if mapped.rows.each %}{% do content.append('element_number') %}{% endif %}

with

landed as (
    {{ landed_rows(source('telemetry', 'events')) | indent }}
),

-- In the lake everything may be text: a value that does not fit its type becomes NULL, alone.
final as (
    select
        -- With no id, the key is the content: exact repeats collapse later on. The hash of a row is
        -- dear: `case` makes it only where it is needed, `coalesce` would for every row.
        case
            when trim(cast(event_id as varchar)) <> '' then trim(cast(event_id as varchar))
            else {{ content_hash(content) }}
        end as event_id,
        {{ as_text('customer_id') }} as customer_id,
        {{ as_text('title_id') }} as title_id,
        {{ as_text('session_id') }} as session_id,
        {%- if chooses_rows(mapped) %}
        case when is_meant then {{ canonical_event_type('event_type') }} else 'ignore' end
        {%- else %}
        {{ canonical_event_type('event_type') }}
        {%- endif %} as event_type,
        {{ parse_timestamp('event_timestamp') }} as event_timestamp,
        {{ parse_timestamp('ended_at') }} as ended_at,
        {%- for column in positions %}
        try_cast({{ column }} as {{ seconds_type(column, 'decimal(13, 3)') }}) as {{ column }},
        {%- endfor %}
        -- Something was said, and it is no number.
        {%- for column, name in unreadable.items() %}
        case
            when try_cast({{ column }} as {{ seconds_type(column, 'decimal(13, 3)') }}) is null
                then coalesce({{ as_text(column) }} is not null, false)
            else false
        end as {{ name }},
        {%- endfor %}
        {%- for column in seconds %}
        try_cast({{ column }} as {{ seconds_type(column, 'decimal(12, 3)') }}) as {{ column }},
        {%- endfor %}
        try_cast(completion_percentage as decimal(15, 9)) as completion_percentage,
        try_cast(playback_rate as decimal(12, 3)) as playback_rate,
        cast(try_cast(buffering_events as decimal(12, 3)) as bigint) as buffering_events,
        cast(try_cast(error_count as decimal(12, 3)) as bigint) as error_count,
        {%- for column in ['is_playing', 'is_completed', 'is_live'] %}
        {{ as_boolean(column) }} as {{ column }},
        {%- endfor %}
        {%- for column in texts %}
        {{ as_text(column) }} as {{ column }},
        {%- endfor %}
        {{ 'element_number' if mapped.rows.each else 'cast(null as bigint)' }} as element_number,
        landed_at,
        is_readable,
        raw_row,
        source_file
    from landed
)

select * from final

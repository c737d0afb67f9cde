{{ config(**replacing_landed()) }}
{%- set held = {
    'seek_from_seconds': 'is_live_title or seek_from_seconds between 0 and 172800',
    'max_position_seconds': 'is_live_title or max_position_seconds between 0 and 172800',
    'watched_seconds': 'watched_seconds >= 0',
    'ended_at': 'ended_at between event_timestamp and last_possible_at'
} %}

with

typed_rows as (
    select * from {{ ref('base_telemetry__typed_rows') }}
    where {{ is_to_keep() }}{% if is_incremental() %} and {{ is_to_load('source_file') }}{% endif %}
),

-- A catalogue may hold a title twice, which a test tells; no event is doubled by it.
catalogue as (
    select
        title_id,
        max(duration_seconds) is null as is_live
    from {{ ref('stg_catalogue__titles') }}
    group by title_id
),

-- Where nobody knows when a row landed, it has by now. What a run reads again counts on the day.
described as (
    select
        typed_rows.*,
        coalesce(catalogue.is_live, typed_rows.is_live, false) as is_live_title,
        coalesce(typed_rows.landed_at, {{ run_started() }}) + interval '1' day as last_possible_at
    from typed_rows
    left join catalogue
        on typed_rows.title_id = catalogue.title_id
),

-- The first reason that holds: docs/method.md §2.3.
judged as (
    select
        *,
        {{ event_uuid('event_id') }} as event_uuid,
        case
            when not is_readable then 'unparseable'
            when event_type = 'ignore' then 'ignored'
            when customer_id is null then 'missing_customer_id'
            when title_id is null then 'missing_title_id'
            when session_id is null then 'missing_session_id'
            when event_type is null then 'unknown_event_type'
            when
                event_timestamp is null
                or event_timestamp < timestamp '2000-01-01 00:00:00'
                or event_timestamp > last_possible_at
                then 'invalid_timestamp'
            when has_unreadable_position or (has_unreadable_end and event_type in ('span', 'play'))
                then 'invalid_position'
            -- Missing where the type needs one: a live title's is the clock's.
            when event_type = 'span' and (position_seconds is null or end_position_seconds is null)
                then 'invalid_position'
            when is_live_title then 'accepted'
            when
                event_type in ('start', 'resume', 'heartbeat', 'seek', 'seek_start')
                and position_seconds is null
                then 'invalid_position'
            -- 48 hours
            when position_seconds not between 0 and 172800 then 'invalid_position'
            when event_type in ('span', 'play') and end_position_seconds not between 0 and 172800
                then 'invalid_position'
            else 'accepted'
        end as outcome
    from described
),

-- Of what is no event, fields are of no use; of a rejected row its text alone is.
final as (
    select
        case when outcome = 'accepted' then event_uuid end as event_uuid,
        case when outcome = 'accepted' and event_uuid is null then event_id end as event_text,
        {%- for field in telemetry_fields() if field not in ['event_id', 'playback_rate'] %}
        case
            when outcome = 'accepted'{% if field in held %} and ({{ held[field] }}){% endif %}
                then {{ field }}
        end as {{ field }},
        {%- endfor %}
        cast(
            case
                when outcome <> 'accepted' then null
                when playback_rate > 99 then 99
                when playback_rate < -99 then -99
                else playback_rate
            end
            as decimal(5, 3)
        ) as playback_rate,
        {%- if mapping().rows.each %}
        element_number,
        {%- endif %}
        landed_at,
        {{ load_stamp('loaded_at') }} as loaded_at,
        source_file,
        outcome,
        case when outcome not in ('accepted', 'ignored') then {{ raw_text('raw_row') }} end
            as raw_text
    from judged
)

select *{{ landing_partition('source_file', 'landed_at') }} from final

with

typed_rows as (
    select * from {{ ref('base_telemetry__typed_rows') }}
),

-- A catalogue may hold a title twice, which a test tells; no event is doubled by it.
catalogue as (
    select
        title_id,
        max(duration_seconds) is null as is_live
    from {{ ref('stg_catalogue__titles') }}
    group by title_id
),

-- Where nobody knows when a row landed, it has by now. int_touched_sessions counts on the day.
described as (
    select
        typed_rows.*,
        coalesce(catalogue.is_live, typed_rows.is_live, false) as is_live_title,
        coalesce(typed_rows.landed_at, {{ run_started() }}) + interval '1' day as last_possible_at
    from typed_rows
    left join catalogue
        on typed_rows.title_id = catalogue.title_id
),

-- The first reason that holds.
final as (
    select
        *,
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
            -- Missing where the type needs one: a live title's is the clock's.
            when event_type = 'span' and (position_seconds is null or end_position_seconds is null)
                then 'invalid_position'
            when
                event_type in ('start', 'resume', 'heartbeat', 'seek', 'seek_start')
                and position_seconds is null and not is_live_title
                then 'invalid_position'
            when has_unreadable_position or (has_unreadable_end and event_type in ('span', 'play'))
                then 'invalid_position'
            -- 48 hours
            when not is_live_title and position_seconds not between 0 and 172800
                then 'invalid_position'
            when
                not is_live_title and event_type in ('span', 'play')
                and end_position_seconds not between 0 and 172800
                then 'invalid_position'
            else 'accepted'
        end as outcome
    from described
)

select * from final

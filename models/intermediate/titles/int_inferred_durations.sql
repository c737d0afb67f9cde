with

events as (
    select * from {{ ref('int_events_deduplicated') }}
),

catalogue as (
    select * from {{ ref('stg_catalogue__titles') }}
),

-- Titles that the catalogue does not know, with what their events say of the duration.
uncatalogued_events as (
    select
        events.title_id,
        case
            when events.event_type = 'complete' then events.position_seconds
        end as complete_seconds,
        -- Whole seconds: a position and a rounded percentage say no more.
        case
            when events.position_seconds > 0 and events.completion_percentage > 0
                then round(
                        100 * cast(events.position_seconds as double)
                        / cast(events.completion_percentage as double)
                    )
        end as implied_seconds
    from events
    left join catalogue
        on events.title_id = catalogue.title_id
    where catalogue.title_id is null
),

implied_durations as (
    select
        title_id,
        implied_seconds,
        count(*) as event_count
    from uncatalogued_events
    -- No position is past 48 hours, so neither is an end.
    where implied_seconds between 1 and 172800
    group by title_id, implied_seconds
),

most_frequent as (
    select
        title_id,
        max_by(implied_seconds, row(event_count, implied_seconds)) as implied_seconds
    from implied_durations
    group by title_id
),

furthest_completes as (
    select
        title_id,
        max(complete_seconds) as complete_seconds
    from uncatalogued_events
    group by title_id
),

final as (
    select
        furthest_completes.title_id,
        coalesce(
            cast(most_frequent.implied_seconds as decimal(12, 3)),
            nullif(furthest_completes.complete_seconds, 0)
        ) as duration_seconds
    from furthest_completes
    left join most_frequent
        on furthest_completes.title_id = most_frequent.title_id
)

select * from final

with

catalogue as (
    select * from {{ ref('stg_catalogue__titles') }}
),

-- What the events say of titles that the catalogue does not know.
events as (
    select
        events.title_id,
        events.is_live,
        events.title_name,
        case when events.event_type = 'complete' then events.position_seconds end
            as complete_seconds,
        case when events.title_duration_seconds > 0 then events.title_duration_seconds end
            as told_seconds,
        case
            when events.position_seconds > 0 and events.completion_percentage > 0
                then round(
                        100 * cast(events.position_seconds as double)
                        / cast(events.completion_percentage as double)
                    )
        end as whole_seconds
    from {{ ref('stg_telemetry__events') }} as events
    left join catalogue
        on events.title_id = catalogue.title_id
    where catalogue.title_id is null
),

-- Whole seconds: a position and a rounded percentage say no more. No position is past 48 hours, so
-- neither is an end.
final as (
    select
        *,
        case when whole_seconds between 1 and 172800 then whole_seconds end as implied_seconds
    from events
)

select * from final

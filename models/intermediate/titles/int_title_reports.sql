{{ config(**replacing_touched('is_reported_anew')) }}
{%- if is_sequenced() %}
-- depends_on: {{ ref('base_telemetry__events') }}
-- depends_on: {{ ref('stg_catalogue__titles') }}
{%- endif %}

{%- set may_be_reported = may_be_reported() %}
{%- set is_reported = may_be_reported ~ ' and ' ~ is_reported_anew() %}

with

-- Where the catalogue has all titles, there are none, and no event is looked at any further.
uncatalogued as (
    select title_id
    from {{ ref('stg_telemetry__events') }}
    where {{ may_be_reported }}

    except

    select title_id
    from {{ ref('stg_catalogue__titles') }}
),

-- A repeat has the session and the time of its event: where these are alone, none is looked for.
shared_stamps as (
    select
        session_id,
        event_timestamp
    from {{ ref('stg_telemetry__events') }}
    where
        title_id in (select uncatalogued.title_id from uncatalogued)
        and {{ is_reported }}
    group by session_id, event_timestamp
    having count(*) > 1
),

deliveries as (
    select
        *,
        {{ delivery_number() }} as delivery_number
    from {{ ref('stg_telemetry__events') }}
    where
        title_id in (select uncatalogued.title_id from uncatalogued)
        and {{ is_reported }}
        and (session_id, event_timestamp) in (
            select
                shared_stamps.session_id,
                shared_stamps.event_timestamp
            from shared_stamps
        )
),

{%- set columns = [
    'customer_id', 'session_id', 'title_id', 'event_type', 'title_name', 'is_live', 'position_seconds',
    'completion_percentage', 'title_duration_seconds'
] | join(', ') %}

events as (
    select {{ columns }}
    from {{ ref('stg_telemetry__events') }}
    where
        title_id in (select uncatalogued.title_id from uncatalogued)
        and {{ is_reported }}
        and (session_id, event_timestamp) not in (
            select
                shared_stamps.session_id,
                shared_stamps.event_timestamp
            from shared_stamps
        )

    union all

    select {{ columns }}
    from deliveries
    where delivery_number = 1
),

described as (
    select
        *,
        case
            when position_seconds > 0 and completion_percentage > 0
                then round(
                        100 * cast(position_seconds as double)
                        / cast(completion_percentage as double)
                    )
        end as whole_seconds
    from events
),

-- Whole seconds: a position and a rounded percentage say no more. No position is past 48 hours, so
-- neither is an end.
reports as (
    select
        customer_id,
        session_id,
        title_id,
        title_name,
        coalesce(is_live, false) as is_live,
        case when title_duration_seconds > 0 then title_duration_seconds end as told_seconds,
        case when whole_seconds between 1 and 172800 then cast(whole_seconds as integer) end
            as implied_seconds,
        case when event_type = 'complete' then position_seconds end as complete_seconds
    from described
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        title_name,
        is_live,
        told_seconds,
        implied_seconds,
        max(complete_seconds) as complete_seconds,
        count(*) as event_count
    from reports
    group by
        customer_id, session_id, title_id, title_name, is_live, told_seconds, implied_seconds
)

select * from final

{{ config(materialized='table') }}

-- depends_on: {{ ref('int_session_days') }}
-- depends_on: {{ ref('int_touched_sessions') }}
-- depends_on: {{ ref('stg_telemetry__events') }}

{%- set settled_until = settled_until() %}
{%- set longest = longest_played_seconds() %}
{%- set most_dates = 2 * (longest / 86400) | round(0, 'ceil') | int + 1 %}

with
{%- if not settled_until %}

final as (
    select
        customer_id,
        active_on
    from {{ ref('int_session_days') }}
    group by customer_id, active_on
)
{%- else %}

events as (
    select * from {{ ref('stg_telemetry__events') }}
    where {{ is_touched_session() }}
),

numbers as (
    {{ dbt.generate_series(most_dates) }}
),

session_ends as (
    select
        customer_id,
        session_id,
        max(event_timestamp) as ended_at
    from events
    group by customer_id, session_id
),

-- Whatever part of a session has landed: what an event owns lies after it, but not after the session,
-- or before it, but no longer than the watch time that it reports. So these are also the dates on which
-- an earlier run, that knew less, may have counted something.
reaches as (
    select
        events.customer_id,
        cast({{ add_seconds(
            'events.event_timestamp',
            '-least(greatest(coalesce(events.watch_duration_seconds, 0), 0), ' ~ longest ~ ')'
        ) }} as date) as first_on,
        cast(least(
            {{ add_seconds('events.event_timestamp', longest) }}, session_ends.ended_at
        ) as date) as last_on
    from events
    inner join session_ends
        on
            events.customer_id = session_ends.customer_id
            and events.session_id = session_ends.session_id
),

spans_of_dates as (
    select
        customer_id,
        first_on,
        last_on
    from reaches
    group by customer_id, first_on, last_on
),

final as (
    select distinct
        spans_of_dates.customer_id,
        {{ add_days(
            'spans_of_dates.first_on', 'cast(numbers.generated_number - 1 as integer)'
        ) }} as active_on
    from spans_of_dates
    inner join numbers
        on
            numbers.generated_number
            <= date_diff('day', spans_of_dates.first_on, spans_of_dates.last_on) + 1
)
{%- endif %}

select * from final

{{ config(materialized='table') }}

-- depends_on: {{ ref('int_session_days') }}
-- depends_on: {{ ref('int_touched_landings') }}
-- depends_on: {{ ref('int_touched_sessions') }}
-- depends_on: {{ ref('stg_telemetry__events') }}

{%- set settled_until = settled_until() %}
{%- set longest = longest_played_seconds() %}
{%- set most_dates = 2 * (longest / 86400) | round(0, 'ceil') | int + 1 %}

with
{%- if not settled_until %}

dates as (
    select * from {{ ref('int_session_days') }}
),
{%- else %}

events as (
    select * from {{ ref('stg_telemetry__events') }}
    where {{ is_touched_session() }} and {{ may_be_touched() }}
),

numbers as (
    {{ dbt.generate_series(most_dates) }}
),

-- What a row states lasts as long as it says.
ends as (
    select
        *,
        case
            when event_type in ('span', 'play')
                then coalesce(
                        ended_at,
                        {{ add_seconds('event_timestamp', 'least(greatest(coalesce(watched_seconds, 0), '
                            ~ 'coalesce(end_position_seconds - position_seconds, 0)), ' ~ longest ~ ')') }}
                    )
            else event_timestamp
        end as lasts_until
    from events
),

-- Whatever part of a session has landed: what an event owns lies after it, but not after the session,
-- or before it, but no longer than the watch time that it reports. So these are also the dates on which
-- an earlier run, that knew less, may have counted something.
reaches as (
    select
        customer_id,
        cast({{ add_seconds(
            'event_timestamp',
            '-least(greatest(coalesce(watch_duration_seconds, 0), 0), ' ~ longest ~ ')'
        ) }} as date) as first_on,
        cast(least(
            {{ add_seconds('event_timestamp', longest) }},
            max(lasts_until) over (partition by customer_id, session_id)
        ) as date) as last_on
    from ends
),

dates as (
    select
        reaches.customer_id,
        {{ add_days('reaches.first_on', 'cast(numbers.generated_number - 1 as integer)') }}
            as active_on
    from reaches
    inner join numbers
        on
            numbers.generated_number
            <= date_diff('day', reaches.first_on, reaches.last_on) + 1
),
{%- endif %}

final as (
    select
        customer_id,
        active_on
    from dates
    group by customer_id, active_on
)

select * from final

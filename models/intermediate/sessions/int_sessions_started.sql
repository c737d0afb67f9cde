{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

switched_spans as (
    select * from {{ ref('int_switched_spans') }}
),

spans as (
    select
        {{ title }},
        event_number,
        wall_started_at,
        is_buffer_event,
        coalesce(startup_lag_seconds, -1) as startup_lag_seconds,
        evidence is not null
        or (is_left_open and ({{ title }}) in (select {{ title }} from switched_spans))
            as is_played
    from {{ ref('int_playback_spans') }}
    -- Without a buffer event, or a first heartbeat that has moved, nothing tells when it began.
    where ({{ title }}) in (
            select {{ title }}
            from {{ ref('int_playback_spans') }} as telling
            where telling.is_buffer_event or telling.startup_lag_seconds is not null
        )
),

profiles as (
    select * from {{ ref('int_sessions_profiled') }}
),

begun as (
    select
        profiles.customer_id,
        profiles.session_id,
        profiles.title_id,
        profiles.first_opened_at,
        min(spans.event_number) filter (
            where spans.is_buffer_event and spans.wall_started_at >= profiles.first_opened_at
        ) as buffer_number,
        min(spans.event_number) filter (where spans.is_played) as played_number,
        min_by(spans.wall_started_at, spans.event_number) filter (where spans.is_played)
            as played_at,
        min_by(spans.startup_lag_seconds, spans.event_number) filter (where spans.is_played)
            as startup_lag_seconds
    from profiles
    inner join spans
        on
            profiles.customer_id = spans.customer_id
            and profiles.session_id = spans.session_id
            and profiles.title_id = spans.title_id
    group by
        profiles.customer_id, profiles.session_id, profiles.title_id, profiles.first_opened_at
),

final as (
    select
        {{ title }},
        {{ seconds_between('first_opened_at', 'played_at') }}
        + case
            -- What played before the first opening has lost its own.
            when played_at < first_opened_at then null
            when buffer_number <= played_number then 0
            when startup_lag_seconds >= 0 then startup_lag_seconds
        end as startup_seconds
    from begun
)

select * from final

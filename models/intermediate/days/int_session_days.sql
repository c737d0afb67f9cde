with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

over_midnight as (
    select * from {{ ref('int_session_days_over_midnight') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        cast(started_at as date) as active_on,
        event_count,
        play_count,
        watch_seconds
    from sessions
    where (customer_id, session_id, title_id) not in (
            select
                over_midnight.customer_id,
                over_midnight.session_id,
                over_midnight.title_id
            from over_midnight
        )

    union all

    select
        customer_id,
        session_id,
        title_id,
        active_on,
        event_count,
        play_count,
        watch_seconds
    from over_midnight
)

select * from final

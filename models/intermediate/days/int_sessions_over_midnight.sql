with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id
    from sessions
    where
        cast(least(started_at, coalesce(playback_started_at, started_at)) as date)
        < cast(greatest(ended_at, coalesce(playback_ended_at, ended_at)) as date)
)

select * from final

with

spans as (
    select * from {{ ref('int_playback_spans') }}
    where {{ is_derived_anew() }}
),

watched as (
    select * from {{ ref('int_sessions_watched') }}
),

moves as (
    select
        customer_id,
        session_id,
        title_id,
        -- Over all titles of the session: what lands in one may change another.
        max(max(loaded_at)) over (partition by customer_id, session_id) as loaded_at,
        sum(forward_skip_count) as forward_skip_count,
        sum(backward_skip_count) as backward_skip_count,
        count(*) filter (where evidence = 'seek') > 0 as has_seek_evidence
    from spans
    group by customer_id, session_id, title_id
),

final as (
    select
        moves.*,
        watched.playback_started_at,
        watched.playback_ended_at,
        coalesce(watched.play_count, 0) as play_count,
        coalesce(watched.watch_seconds, 0) as watch_seconds,
        coalesce(watched.observed_watch_seconds, 0) as observed_watch_seconds,
        coalesce(watched.unique_watch_seconds, 0) as unique_watch_seconds,
        coalesce(watched.bandwidth_watch_seconds, 0) as bandwidth_watch_seconds,
        coalesce(watched.bandwidth_megabits, 0) as bandwidth_megabits
    from moves
    left join watched
        on
            moves.customer_id = watched.customer_id
            and moves.session_id = watched.session_id
            and moves.title_id = watched.title_id
)

select * from final

with

spans as (
    select * from {{ ref('int_playback_spans') }}
    where {{ is_touched_session() }}
),

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where {{ is_touched_session() }}
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

watched as (
    select
        customer_id,
        session_id,
        title_id,
        count(*) as play_count,
        sum(watch_seconds) as watch_seconds,
        sum(watch_seconds) filter (where evidence = 'observed') as observed_watch_seconds
    from intervals
    group by customer_id, session_id, title_id
),

islands as (
    {%- set keys = ['customer_id', 'session_id', 'title_id'] %}
    {{ merge_intervals('intervals', keys, 'start_seconds', 'end_seconds') }}
),

covered as (
    select
        customer_id,
        session_id,
        title_id,
        sum(end_seconds - start_seconds) as unique_watch_seconds
    from islands
    group by customer_id, session_id, title_id
),

final as (
    select
        moves.customer_id,
        moves.session_id,
        moves.title_id,
        moves.loaded_at,
        moves.forward_skip_count,
        moves.backward_skip_count,
        moves.has_seek_evidence,
        coalesce(watched.play_count, 0) as play_count,
        coalesce(watched.watch_seconds, 0) as watch_seconds,
        coalesce(watched.observed_watch_seconds, 0) as observed_watch_seconds,
        coalesce(covered.unique_watch_seconds, 0) as unique_watch_seconds
    from moves
    left join watched
        on
            moves.customer_id = watched.customer_id
            and moves.session_id = watched.session_id
            and moves.title_id = watched.title_id
    left join covered
        on
            moves.customer_id = covered.customer_id
            and moves.session_id = covered.session_id
            and moves.title_id = covered.title_id
)

select * from final

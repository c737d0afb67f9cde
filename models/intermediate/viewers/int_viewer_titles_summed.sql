with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where {{ is_touched_viewer_title() }}
),

summed as (
    select
        customer_id,
        title_id,
        min(started_at) as first_watched_at,
        max(ended_at) as last_watched_at,
        max(loaded_at) as loaded_at,
        max(max_position_seconds) as max_position_seconds,
        count(*) as session_count,
        count(*) filter (where watch_seconds > 0) as view_count,
        count(*) filter (where is_engaged) as engaged_session_count,
        count(*) filter (where has_complete_event) as completion_count,
        count(*) filter (where has_position_beyond_duration) > 0 as has_position_beyond_duration,
        count(*) filter (where has_seek_evidence) > 0 as has_seek_evidence,
        count(*) filter (where has_uncredited_report) > 0 as has_uncredited_report,
        cast(sum(session_seconds) as double) / count(*) as avg_session_seconds,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(sum(unplaced_watch_seconds) as decimal(18, 3)) as unplaced_watch_seconds,
        cast(sum(observed_watch_seconds) as decimal(18, 3)) as observed_watch_seconds,
        cast(sum(inferred_watch_seconds) as decimal(18, 3)) as inferred_watch_seconds,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(pause_count) as bigint) as pause_count,
        cast(sum(forward_skip_count) as bigint) as forward_skip_count,
        cast(sum(backward_skip_count) as bigint) as backward_skip_count,
        cast(sum(error_count) as bigint) as error_count,
        cast(sum(buffering_event_count) as bigint) as buffering_event_count,
        cast(sum(buffering_seconds) as decimal(18, 3)) as buffering_seconds,
        cast(sum(watch_seconds) filter (where buffering_seconds is not null) as decimal(18, 3))
            as buffering_reported_watch_seconds
    from sessions
    group by customer_id, title_id
),

days as (
    select
        customer_id,
        title_id,
        count(distinct active_on) as active_days
    from {{ ref('int_session_days') }}
    where event_count > 0 and {{ is_touched_viewer_title() }}
    group by customer_id, title_id
),

covered as (
    select
        customer_id,
        title_id,
        cast(sum(island_seconds) as decimal(18, 3)) as unique_watch_seconds,
        count(*) as island_count,
        max(island_seconds) as longest_island_seconds
    from {{ ref('int_watch_coverage') }}
    where {{ is_touched_viewer_title() }}
    group by customer_id, title_id
),

devices as (
    {{ most_watched('sessions', ['customer_id', 'title_id'], 'device_type') }}
),

-- Of what is watched nobody knows where, what it covers is not known either.
final as (
    select
        {%- for column in ['unique_watch_seconds', 'island_count', 'longest_island_seconds'] %}
        case when summed.unplaced_watch_seconds = 0 then coalesce(covered.{{ column }}, 0) end
            as {{ column }},
        {%- endfor %}
        summed.*,
        days.active_days,
        devices.device_type as dominant_device_type
    from summed
    inner join days on summed.customer_id = days.customer_id and summed.title_id = days.title_id
    left join covered
        on summed.customer_id = covered.customer_id and summed.title_id = covered.title_id
    left join devices
        on summed.customer_id = devices.customer_id and summed.title_id = devices.title_id
)

select * from final

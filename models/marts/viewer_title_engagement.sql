{{ config(**replacing_touched('is_touched_viewer_title')) }}
{%- set engagement = settings('engagement') %}

with

viewer_titles as (
    select * from {{ ref('int_viewer_titles_scored') }}
),

final as (
    select
        customer_id,
        title_id,
        title_name,
        title_type,
        duration_seconds as title_duration_seconds,
        duration_source,
        first_watched_at,
        last_watched_at,
        active_days,
        watch_seconds,
        unplaced_watch_seconds,
        unique_watch_seconds,
        rewatch_seconds,
        observed_watch_seconds,
        inferred_watch_seconds,
        max_position_seconds,
        watch_percentage,
        unique_watch_percentage,
        completion_percentage,
        session_count,
        engaged_session_count,
        play_count,
        avg_watch_seconds_per_session,
        avg_session_seconds,
        pause_count,
        avg_pauses_per_session,
        forward_skip_count,
        backward_skip_count,
        completion_count,
        verified_completion_count,
        verified_completion_count > 0 as is_completed,
        island_count,
        longest_island_seconds,
        session_count > 1 as is_replay,
        buffering_event_count,
        buffering_seconds,
        buffering_reported_watch_seconds,
        rebuffer_ratio,
        error_count,
        dominant_device_type,
        watch_score,
        session_score,
        coverage_score,
        completion_score,
        skip_penalty,
        engagement_score,
        case
            when engagement_score > {{ engagement.high_threshold }} then 'High'
            when engagement_score > {{ engagement.medium_threshold }} then 'Medium'
            when engagement_score > {{ engagement.low_threshold }} then 'Low'
            else 'Minimal'
        end as engagement_tier,
        case
            when has_position_beyond_duration then 'position_exceeds_duration'
            when
                session_count = 1
                and 100 * watch_seconds
                > {{ engagement.excessive_watch_percentage }} * duration_seconds
                then 'excessive_watch_time'
            when completion_count > 0 and verified_completion_count = 0
                then 'completed_without_sufficient_watch'
            when has_seek_evidence then 'implausible_seek'
            when has_uncredited_report then 'reported_exceeds_credited'
            when watch_seconds < {{ engagement.short_watch_seconds }} then 'very_short_watch'
            else 'ok'
        end as data_quality_flag,
        loaded_at,
        {{ run_started() }} as processed_at
    from viewer_titles
)

select * from final

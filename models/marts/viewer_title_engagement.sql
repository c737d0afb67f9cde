{{ config(**replacing_touched('is_touched_viewer_title')) }}
{%- set engagement = settings('engagement') %}

with

measured as (
    select
        viewer_titles.*,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds as title_duration_seconds,
        titles.duration_source,
        100 * cast(viewer_titles.watch_seconds as double) / cast(titles.duration_seconds as double)
            as watch_percentage,
        100 * cast(viewer_titles.unique_watch_seconds as double)
        / cast(titles.duration_seconds as double) as unique_watch_percentage,
        -- Skipping to the end verifies nothing.
        case
            when
                100 * viewer_titles.unique_watch_seconds
                >= {{ engagement.completion_threshold }} * titles.duration_seconds
                then viewer_titles.completion_count
            when viewer_titles.unique_watch_seconds is not null then 0
        end as verified_completion_count
    from {{ ref('int_viewer_titles_summed') }} as viewer_titles
    inner join {{ ref('int_titles_enriched') }} as titles
        on viewer_titles.title_id = titles.title_id
),

-- Each term is capped; without a duration, those built on it are no cap and no points.
scored as (
    select
        *,
        {{ engagement.watch_minute_weight }} * cast(least(
            watch_seconds,
            coalesce({{ engagement.watch_duration_cap }} * title_duration_seconds, watch_seconds)
        ) as double) / 60 as watch_score,
        cast({{ engagement.session_weight }} as double)
        * least(engaged_session_count, {{ engagement.session_cap }}) as session_score,
        cast({{ engagement.coverage_weight }} as double)
        * coalesce(unique_watch_percentage, 0) as coverage_score,
        cast({{ engagement.completion_weight }} as double)
        * least(coalesce(verified_completion_count, 0), {{ engagement.completion_cap }})
            as completion_score,
        cast({{ engagement.forward_skip_weight }} as double)
        * least(forward_skip_count, {{ engagement.forward_skip_cap }}) as skip_penalty
    from measured
),

-- Nine decimals drop the noise of double arithmetic, so that a tier never hangs on it.
rated as (
    select
        *,
        round(greatest(
            watch_score + session_score + coverage_score + completion_score - skip_penalty, 0
        ), 9) as engagement_score
    from scored
),

final as (
    select
        *,
        verified_completion_count > 0 as is_completed,
        session_count > 1 as is_replay,
        cast(watch_seconds - unique_watch_seconds as decimal(18, 3)) as rewatch_seconds,
        100 * cast(max_position_seconds as double) / cast(title_duration_seconds as double)
            as completion_percentage,
        cast(watch_seconds as double) / session_count as avg_watch_seconds_per_session,
        cast(pause_count as double) / session_count as avg_pauses_per_session,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
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
                > {{ engagement.excessive_watch_percentage }} * title_duration_seconds
                then 'excessive_watch_time'
            when completion_count > 0 and verified_completion_count = 0
                then 'completed_without_sufficient_watch'
            when has_seek_evidence then 'implausible_seek'
            when has_uncredited_report then 'reported_exceeds_credited'
            when watch_seconds < {{ engagement.short_watch_seconds }} then 'very_short_watch'
            else 'ok'
        end as data_quality_flag,
        {{ run_started() }} as processed_at
    from rated
)

select * from final

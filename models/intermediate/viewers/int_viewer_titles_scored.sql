{%- set engagement = settings('engagement') %}

with

viewer_titles as (
    select * from {{ ref('int_viewer_titles_measured') }}
),

-- Each term is capped; without a duration, those built on it are no cap and no points.
components as (
    select
        *,
        {{ engagement.watch_minute_weight }} * cast(
            least(
                watch_seconds,
                coalesce({{ engagement.watch_duration_cap }} * duration_seconds, watch_seconds)
            ) as double
        ) / 60 as watch_score,
        cast({{ engagement.session_weight }} as double)
        * least(engaged_session_count, {{ engagement.session_cap }}) as session_score,
        cast({{ engagement.coverage_weight }} as double)
        * coalesce(unique_watch_percentage, 0) as coverage_score,
        cast({{ engagement.completion_weight }} as double)
        * least(coalesce(verified_completion_count, 0), {{ engagement.completion_cap }})
            as completion_score,
        cast({{ engagement.forward_skip_weight }} as double)
        * least(forward_skip_count, {{ engagement.forward_skip_cap }}) as skip_penalty
    from viewer_titles
),

-- Nine decimals drop the noise of double arithmetic, so that a tier never hangs on it.
final as (
    select
        *,
        round(
            greatest(
                watch_score + session_score + coverage_score + completion_score - skip_penalty, 0
            ), 9
        ) as engagement_score
    from components
)

select * from final

{%- set engagement = settings('engagement') %}

with

viewer_titles as (
    select * from {{ ref('int_viewer_titles_summed') }}
),

devices as (
    select * from {{ ref('int_viewer_titles_dominant_device') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

described as (
    select
        viewer_titles.*,
        devices.dominant_device_type,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds,
        titles.duration_source
    from viewer_titles
    inner join titles
        on viewer_titles.title_id = titles.title_id
    left join devices
        on
            viewer_titles.customer_id = devices.customer_id
            and viewer_titles.title_id = devices.title_id
),

final as (
    select
        *,
        cast(watch_seconds - unique_watch_seconds as decimal(18, 3)) as rewatch_seconds,
        100 * cast(watch_seconds as double) / cast(duration_seconds as double) as watch_percentage,
        100 * cast(unique_watch_seconds as double) / cast(duration_seconds as double)
            as unique_watch_percentage,
        100 * cast(max_position_seconds as double) / cast(duration_seconds as double)
            as completion_percentage,
        cast(watch_seconds as double) / session_count as avg_watch_seconds_per_session,
        cast(session_seconds as double) / session_count as avg_session_seconds,
        cast(pause_count as double) / session_count as avg_pauses_per_session,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
        -- Skipping to the end verifies nothing.
        case
            when unique_watch_seconds is null then null
            when
                100 * unique_watch_seconds
                >= {{ engagement.completion_threshold }} * duration_seconds
                then completion_count
            else 0
        end as verified_completion_count
    from described
)

select * from final

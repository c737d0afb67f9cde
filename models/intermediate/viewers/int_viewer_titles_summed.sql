{#- Of what is watched nobody knows where, what it covers is not known either. -#}
{%- set covered_columns = {
    'unique_watch_seconds': 'decimal(18, 3)', 'island_count': 'bigint',
    'longest_island_seconds': 'decimal(13, 3)'
} %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where {{ is_touched_viewer_title() }}
),

session_days as (
    select * from {{ ref('int_session_days') }}
    where event_count > 0 and {{ is_touched_viewer_title() }}
),

coverage as (
    select * from {{ ref('int_watch_coverage') }}
    where {{ is_touched_viewer_title() }}
),

summed as (
    select
        customer_id,
        title_id,
        min(started_at) as first_watched_at,
        max(ended_at) as last_watched_at,
        max(loaded_at) as loaded_at,
        count(*) as session_count,
        count(*) filter (where is_engaged) as engaged_session_count,
        count(*) filter (where has_complete_event) as completion_count,
        count(*) filter (where has_seek_evidence) > 0 as has_seek_evidence,
        count(*) filter (where has_position_beyond_duration) > 0 as has_position_beyond_duration,
        count(*) filter (where has_uncredited_report) > 0 as has_uncredited_report,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(sum(unplaced_watch_seconds) as decimal(18, 3)) as unplaced_watch_seconds,
        cast(
            sum(watch_seconds) filter (where buffering_seconds is not null) as decimal(18, 3)
        ) as buffering_reported_watch_seconds,
        cast(sum(observed_watch_seconds) as decimal(18, 3)) as observed_watch_seconds,
        cast(sum(inferred_watch_seconds) as decimal(18, 3)) as inferred_watch_seconds,
        cast(sum(session_seconds) as decimal(18, 3)) as session_seconds,
        max(max_position_seconds) as max_position_seconds,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(pause_count) as bigint) as pause_count,
        cast(sum(forward_skip_count) as bigint) as forward_skip_count,
        cast(sum(backward_skip_count) as bigint) as backward_skip_count,
        cast(sum(buffering_event_count) as bigint) as buffering_event_count,
        cast(sum(buffering_seconds) as decimal(18, 3)) as buffering_seconds,
        cast(sum(error_count) as bigint) as error_count
    from sessions
    group by customer_id, title_id
),

days as (
    select
        customer_id,
        title_id,
        count(distinct active_on) as active_days
    from session_days
    group by customer_id, title_id
),

covered as (
    select
        customer_id,
        title_id,
        sum(island_seconds) as unique_watch_seconds,
        count(*) as island_count,
        max(island_seconds) as longest_island_seconds
    from coverage
    group by customer_id, title_id
),

final as (
    select
        summed.*,
        {%- for column, data_type in covered_columns.items() %}
        case
            when summed.unplaced_watch_seconds = 0
                then cast(coalesce(covered.{{ column }}, 0) as {{ data_type }})
        end as {{ column }},
        {%- endfor %}
        days.active_days
    from summed
    inner join days on summed.customer_id = days.customer_id and summed.title_id = days.title_id
    left join covered
        on summed.customer_id = covered.customer_id and summed.title_id = covered.title_id
)

select * from final

{%- set tolerance = settings('playback').clock_tolerance_seconds %}
{%- set watched_sums = [
    'play_count', 'watch_seconds', 'unplaced_watch_seconds', 'observed_watch_seconds',
    'unique_watch_seconds', 'bandwidth_watch_seconds', 'bandwidth_megabits'
] %}
{%- set counters = {
    'buffering_event_count': 'buffering_source', 'buffering_seconds': 'buffering_source',
    'error_count': 'error_source'
} %}

with

profiles as (
    select * from {{ ref('int_sessions_profiled') }}
),

measures as (
    select * from {{ ref('int_sessions_measured') }}
),

watched as (
    select * from {{ ref('int_sessions_watched') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- What the player counts, or else what its events say.
described as (
    select
        profiles.*,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds,
        greatest(
            coalesce(profiles.max_position_seconds, measures.max_stated_seconds),
            coalesce(measures.max_stated_seconds, profiles.max_position_seconds)
        ) as furthest_seconds,
        coalesce(measures.seek_count, 0) > 0 as has_seek_evidence,
        {%- for count in ['forward_skip_count', 'backward_skip_count', 'pause_change'] %}
        coalesce(measures.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        {%- for column in watched_sums %}
        coalesce(watched.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        watched.playback_started_at,
        watched.playback_ended_at,
        case
            -- What played before the first opening has lost its own.
            when measures.first_played_at < profiles.first_opened_at then null
            when measures.last_startup_buffer_at >= profiles.first_opened_at
                then 0
            else measures.startup_lag_seconds
        end
        + {{ seconds_between('profiles.first_opened_at', 'measures.first_played_at') }}
            as startup_seconds,
        case
            when profiles.counts_buffering then 'counter'
            when profiles.has_buffer_event then 'events'
        end as buffering_source,
        case
            when profiles.counted_errors is not null then 'counter'
            when profiles.error_event_count > 0 then 'events'
        end as error_source,
        case
            when profiles.counts_buffering then profiles.counted_buffering_events
            when profiles.has_buffer_event then coalesce(measures.stall_count, 0)
        end as buffering_event_count,
        case
            when profiles.counts_buffering then profiles.counted_buffering_seconds
            when profiles.has_buffer_event then coalesce(measures.stall_seconds, 0)
        end as buffering_seconds,
        coalesce(profiles.counted_errors, nullif(profiles.error_event_count, 0)) as error_count
    from profiles
    inner join titles on profiles.title_id = titles.title_id
    {%- for relation in ['measures', 'watched'] %}
    left join {{ relation }}
        on
            profiles.customer_id = {{ relation }}.customer_id
            and profiles.session_id = {{ relation }}.session_id
            and profiles.title_id = {{ relation }}.title_id
    {%- endfor %}
),

-- A playhead past the end is clipped, and past it by more than clocks may disagree, marked.
final as (
    select
        *,
        case
            when furthest_seconds > duration_seconds then duration_seconds else furthest_seconds
        end as reached_seconds,
        coalesce(furthest_seconds > duration_seconds + {{ tolerance }}, false)
            as has_position_beyond_duration,
        -- A clip that loops without a word, or two players in one session.
        coalesce(reported_growth_seconds - watch_seconds >= duration_seconds, false)
            as has_uncredited_report,
        first_opened_at is not null and watch_seconds = 0 as is_unplayed,
        -- Of what is watched nobody knows where, what it covers is not known either.
        case when unplaced_watch_seconds = 0 then unique_watch_seconds end
            as known_unique_watch_seconds,
        -- Over all titles of the session: what lands in one may change another.
        max(loaded_at) over (partition by customer_id, session_id) as session_loaded_at,
        -- A player counts over its whole session: what the session's earlier titles reached is
        -- theirs. What events say is each title's own.
        {%- for counter, source in counters.items() %}
        case
            when {{ source }} = 'counter' and {{ counter }} is not null
                then greatest({{ counter }} - coalesce(max(
                    case when {{ source }} = 'counter' then {{ counter }} end
                ) over earlier_titles, 0), 0)
            else {{ counter }}
        end as own_{{ counter }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from described
    window earlier_titles as (
        partition by customer_id, session_id
        order by started_at, title_id rows between unbounded preceding and 1 preceding
    )
)

select * from final

{{ config(**replacing_touched('is_touched_session')) }}
{%- set engagement = settings('engagement') %}
{%- set tolerance = settings('playback').clock_tolerance_seconds %}
{%- set watched_sums = [
    'play_count', 'watch_seconds', 'unplaced_watch_seconds', 'observed_watch_seconds',
    'unique_watch_seconds', 'bandwidth_watch_seconds', 'bandwidth_megabits'
] %}
{%- set attributes = [
    'device_type', 'device_id', 'device_os', 'app_version', 'quality', 'connection_type', 'isp',
    'country', 'state', 'city'
] %}
{%- set per_row = per_row_fields() %}
{%- set counters = {
    'buffering_event_count': ('buffering_events', 'buffering_source', 'bigint'),
    'buffering_seconds': ('buffering_duration_seconds', 'buffering_source', 'decimal(12, 3)'),
    'error_count': ('error_count', 'error_source', 'bigint')
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

final as (
    select
        customer_id,
        session_id,
        title_id,
        title_name,
        title_type,
        duration_seconds as title_duration_seconds,
        started_at,
        ended_at,
        {{ seconds_between('started_at', 'ended_at') }} as session_seconds,
        event_count,
        playback_started_at,
        playback_ended_at,
        {%- for column in [
            'watch_seconds', 'unplaced_watch_seconds', 'observed_watch_seconds',
            'bandwidth_watch_seconds'
        ] %}
        cast({{ column }} as decimal(18, 3)) as {{ column }},
        {%- endfor %}
        cast(watch_seconds - observed_watch_seconds as decimal(18, 3)) as inferred_watch_seconds,
        -- Of what is watched nobody knows where, what it covers is not known either.
        case when unplaced_watch_seconds = 0 then cast(unique_watch_seconds as decimal(18, 3)) end
            as unique_watch_seconds,
        -- A playhead past the end is clipped, and past it by more than clocks may disagree, marked.
        cast(
            case
                when furthest_seconds > duration_seconds then duration_seconds
                else furthest_seconds
            end as decimal(13, 3)
        ) as max_position_seconds,
        coalesce(furthest_seconds > duration_seconds + {{ tolerance }}, false)
            as has_position_beyond_duration,
        cast(play_count as bigint) as play_count,
        cast(pause_count + pause_change as bigint) as pause_count,
        cast(forward_skip_count as bigint) as forward_skip_count,
        cast(backward_skip_count as bigint) as backward_skip_count,
        has_seek_evidence,
        -- A clip that loops without a word, or two players in one session.
        coalesce(reported_growth_seconds - watch_seconds >= duration_seconds, false)
            as has_uncredited_report,
        has_complete_event,
        watch_seconds >= {{ engagement.engaged_session_seconds }} as is_engaged,
        first_opened_at is not null as is_opened,
        cast(startup_seconds as decimal(12, 3)) as startup_seconds,
        first_opened_at is not null and watch_seconds = 0 and coalesce(error_count, 0) = 0
            as is_exit_before_start,
        first_opened_at is not null and watch_seconds = 0 and coalesce(error_count, 0) > 0
            as is_start_failure,
        buffering_source,
        error_source,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + watch_seconds as double), 0) as rebuffer_ratio,
        -- A player counts over its whole session: what the session's earlier titles reached is
        -- theirs. What events say, or rows of their own, is each title's own.
        {%- for counter, (field, source, data_type) in counters.items() %}
        cast({{ counter }} as {{ data_type }}) as {{ counter }},
        {%- if field in per_row %}
        cast({{ counter }} as {{ data_type }}) as own_{{ counter }},
        {%- else %}
        cast(
            case
                when {{ source }} = 'counter' and {{ counter }} is not null
                    then greatest({{ counter }} - coalesce(max(
                            case when {{ source }} = 'counter' then {{ counter }} end
                        ) over earlier_titles, 0), 0)
                else {{ counter }}
            end as {{ data_type }}
        ) as own_{{ counter }},
        {%- endif %}
        {%- endfor %}
        cast(bandwidth_megabits as decimal(30, 6)) as bandwidth_megabits,
        {{ attributes | join(', ') }},
        -- What lands in one title may change another.
        max(loaded_at) over (partition by customer_id, session_id) as loaded_at
    from described
    window earlier_titles as (
        partition by customer_id, session_id
        order by started_at, title_id rows between unbounded preceding and 1 preceding
    )
)

select * from final

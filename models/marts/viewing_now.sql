{#- Of what was said longer before the last event nothing is looked for: few titles are longer. -#}
{%- set horizon_hours = 6 %}
{%- set last_word = [
    'title_id', 'event_type', 'position_seconds', 'playback_rate', 'is_playing'
] %}
{%- set rules = settings('playback') %}
{%- set silence_seconds = rules.heartbeat_seconds + rules.clock_tolerance_seconds %}
{%- set keys = ['customer_id', 'session_id', 'title_id'] | join(', ') %}
{%- set mark = add_seconds('clock.as_of', '-300 * (marks.generated_number - 1)') %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

marks as (
    {{ dbt.generate_series(13) }}
),

cuts (dimension) as (
    values ('all'), ('device_type'), ('isp'), ('country'), ('title_id')
),

-- An object lies under the arrival hour of its oldest record: the others came up to an hour later.
stamps as (
    select event_timestamp
    from {{ ref('stg_telemetry__events') }}
    where event_timestamp <= coalesce(landed_at + interval '2' hour, {{ run_started() }})
),

newest as (
    select
        event_timestamp,
        row_number() over (order by event_timestamp desc) as place,
        count(*) over () as stamp_count
    from stamps
    where
        event_timestamp > (select max(latest.event_timestamp) from stamps as latest)
        - interval '1' hour
),

-- The newest but one in a thousand: a few clocks are ahead, and what time it is they do not say.
clock as (
    select max(event_timestamp) as as_of
    from newest
    where 1000 * place >= stamp_count
),

recent as (
    select
        events.*,
        clock.as_of,
        {{ integer_divide(
            "date_diff('millisecond', events.event_timestamp, clock.as_of)", 300000
        ) }} as slice_number
    from {{ ref('stg_telemetry__events') }} as events
    cross join clock
    where
        events.event_timestamp > clock.as_of - interval '{{ horizon_hours }}' hour
        and events.event_timestamp <= clock.as_of
),

-- A session's last word, of equals always the same. Whoever went on to another title has left this.
words as (
    select
        customer_id,
        session_id,
        {%- for column in last_word %}
        max_by({{ column }}, row(
            event_timestamp, event_type, title_id, coalesce(position_seconds, -1),
            coalesce(playback_rate, -1), coalesce(is_playing, true)
        )) as {{ column }},
        {%- endfor %}
        max(event_timestamp) as said_at,
        max(as_of) as as_of,
        max(case when event_type = 'heartbeat' then 1 else 0 end) = 1 as has_heartbeats
    from recent
    where event_type not in ('error', 'seek', 'seek_start')
    group by customer_id, session_id
),

-- It may go on for as long as the title has left, but not silently where players send heartbeats.
open_plays as (
    select
        words.*,
        coalesce(
            titles.duration_seconds - words.position_seconds, {{ rules.max_inferred_seconds }}
        ) as left_seconds,
        case when words.playback_rate > 0 then words.playback_rate else 1 end as rate,
        {{ seconds_between('words.said_at', 'words.as_of') }} as silent_seconds
    from words
    inner join {{ ref('int_titles_enriched') }} as titles
        on words.title_id = titles.title_id
    where
        words.event_type in ('start', 'resume', 'buffer_end', 'ad_end')
        or (words.event_type = 'heartbeat' and coalesce(words.is_playing, true))
),

plays as (
    select
        {{ keys }},
        said_at as began_at,
        cast(null as timestamp) as ended_at
    from open_plays
    where
        (silent_seconds - {{ rules.clock_tolerance_seconds }}) * rate < left_seconds
        and not (has_heartbeats and silent_seconds > {{ silence_seconds }})

    union all

    select
        intervals.customer_id,
        intervals.session_id,
        intervals.title_id,
        intervals.wall_started_at as began_at,
        intervals.wall_ended_at as ended_at
    from {{ ref('int_watch_intervals') }} as intervals
    cross join clock
    where
        intervals.wall_ended_at > clock.as_of - interval '1' hour
        and intervals.wall_started_at <= clock.as_of
),

counted as (
    select
        {{ keys }},
        slice_number,
        max(buffering_events) as stalls_so_far,
        max(error_count) as errors_so_far,
        count(distinct case when event_type = 'buffer_start' then event_timestamp end)
            as stalls_told,
        count(distinct case when event_type = 'error' then event_timestamp end) as errors_told
    from recent
    group by {{ keys }}, slice_number
),

-- Counters go on over the session: what is new in five minutes is what they have grown by.
troubles as (
    select
        {{ keys }},
        {%- for count in ['stalls', 'errors'] %}
        case
            when {{ count }}_so_far is null then {{ count }}_told
            else greatest(
                    {{ count }}_so_far - coalesce(max({{ count }}_so_far) over earlier, 0), 0
                )
        end as {{ count }},
        {%- endfor %}
        slice_number
    from counted
    window earlier as (
        partition by customer_id, session_id
        order by -slice_number, title_id rows between unbounded preceding and 1 preceding
    )
),

facts as (
    select
        plays.customer_id,
        plays.session_id,
        plays.title_id,
        marks.generated_number - 1 as slice_number,
        plays.customer_id as viewer,
        case when plays.ended_at is null then plays.customer_id end as presumed_viewer,
        0 as stalls,
        0 as errors
    from plays
    cross join clock
    inner join marks
        on
            plays.began_at <= {{ mark }}
            and coalesce(plays.ended_at > {{ mark }}, true)

    union all

    select
        {{ keys }},
        slice_number,
        cast(null as varchar) as viewer,
        cast(null as varchar) as presumed_viewer,
        stalls,
        errors
    from troubles
    where slice_number < 13 and stalls + errors > 0
),

described as (
    select
        cuts.dimension,
        case cuts.dimension
            when 'all' then 'all'
            {%- for name in ['device_type', 'isp', 'country', 'title_id'] %}
            when '{{ name }}' then coalesce(sessions.{{ name }}, 'unknown')
            {%- endfor %}
        end as dimension_value,
        case cuts.dimension when 'title_id' then sessions.title_name end as title_name,
        facts.slice_number,
        facts.viewer,
        facts.presumed_viewer,
        facts.stalls,
        facts.errors
    from facts
    inner join sessions
        on
            facts.customer_id = sessions.customer_id
            and facts.session_id = sessions.session_id
            and facts.title_id = sessions.title_id
    cross join cuts

    union all

    -- That nobody watches is an answer too.
    select
        'all' as dimension,
        'all' as dimension_value,
        cast(null as varchar) as title_name,
        generated_number - 1 as slice_number,
        cast(null as varchar) as viewer,
        cast(null as varchar) as presumed_viewer,
        0 as stalls,
        0 as errors
    from marks
),

final as (
    select
        described.dimension,
        described.dimension_value,
        max(described.title_name) as title_name,
        cast(5 * described.slice_number as integer) as minutes_ago,
        cast(max(clock.as_of) as timestamp) as as_of,
        count(distinct described.viewer) as viewer_count,
        count(distinct described.presumed_viewer) as presumed_viewer_count,
        cast(sum(described.stalls) as bigint) as stall_count,
        cast(sum(described.errors) as bigint) as error_count,
        {{ run_started() }} as processed_at
    from described
    cross join clock
    where clock.as_of is not null
    group by described.dimension, described.dimension_value, described.slice_number
)

select * from final

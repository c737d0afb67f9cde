{%- set rules = settings('playback') %}
{%- set columns = [
    'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'start_seconds',
    'end_seconds', 'wall_started_at', 'wall_seconds', 'bandwidth_mbps'
] | join(', ') %}

with

spans as (
    select
        {{ columns }},
        evidence,
        is_joint,
        0 as unplaced_seconds
    from {{ ref('int_playback_spans') }}
    where evidence is not null

    union all

    select
        {{ columns }},
        'switched' as evidence,
        false as is_joint,
        0 as unplaced_seconds
    from {{ ref('int_switched_spans') }}

    union all

    select
        {{ columns }},
        'stated' as evidence,
        is_joint,
        unplaced_seconds
    from {{ ref('int_stated_spans') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A live title has no ends.
clipped as (
    select
        spans.*,
        case when titles.is_live then spans.start_seconds else greatest(spans.start_seconds, 0) end
            as clipped_start_seconds,
        case
            when spans.end_seconds > titles.duration_seconds then titles.duration_seconds
            else spans.end_seconds
        end as clipped_end_seconds
    from spans
    inner join titles
        on spans.title_id = titles.title_id
),

measured as (
    select
        *,
        coalesce(clipped_end_seconds > clipped_start_seconds, false) as is_placed,
        -- No wider than it must be: DuckDB is ten times slower where a decimal passes 18 digits.
        cast(
            case
                when clipped_end_seconds > clipped_start_seconds
                    then clipped_end_seconds - clipped_start_seconds
                else 0
            end + unplaced_seconds as decimal(13, 3)
        ) as watch_seconds
    from clipped
),

-- A lost pause must not look like a night of watching, nor a wild counter like years of it.
timed as (
    select
        *,
        least(
            wall_seconds,
            cast(watch_seconds * {{ 1 / rules.min_playback_rate }} as decimal(15, 3))
            + {{ rules.clock_tolerance_seconds }}
        ) as played_seconds
    from measured
    where watch_seconds > 0
),

-- Reported time lies at the end of its span, all other at its beginning.
placed as (
    select
        *,
        case evidence when 'reported' then wall_seconds - played_seconds else 0 end as idle_seconds
    from timed
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        event_number,
        play_number,
        evidence,
        is_joint,
        case when is_placed then cast(clipped_start_seconds as decimal(13, 3)) end as start_seconds,
        case when is_placed then cast(clipped_end_seconds as decimal(13, 3)) end as end_seconds,
        watch_seconds,
        cast(unplaced_seconds as decimal(13, 3)) as unplaced_seconds,
        {{ add_seconds('wall_started_at', 'idle_seconds') }} as wall_started_at,
        {{ add_seconds('wall_started_at', 'idle_seconds + played_seconds') }} as wall_ended_at,
        played_seconds as wall_seconds,
        case when bandwidth_mbps >= 0 then watch_seconds end as bandwidth_watch_seconds,
        case
            when bandwidth_mbps >= 0 then cast(watch_seconds * bandwidth_mbps as decimal(30, 6))
        end as bandwidth_megabits
    from placed
)

select * from final

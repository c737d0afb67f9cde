{%- set rules = settings('playback') %}

with

spans as (
    select * from {{ ref('int_playback_spans') }}
    where evidence is not null
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

clipped as (
    select
        spans.event_id,
        spans.customer_id,
        spans.session_id,
        spans.title_id,
        spans.evidence,
        spans.bandwidth_mbps,
        cast(greatest(spans.start_seconds, 0) as decimal(12, 3)) as start_seconds,
        cast(
            least(spans.end_seconds, coalesce(titles.duration_seconds, spans.end_seconds))
            as decimal(12, 3)
        ) as end_seconds,
        spans.wall_started_at,
        spans.wall_seconds,
        spans.derived_at
    from spans
    left join titles
        on spans.title_id = titles.title_id
),

intervals as (
    select
        *,
        -- No wider than it must be: DuckDB is ten times slower where a decimal passes 18 digits.
        cast(end_seconds - start_seconds as decimal(12, 3)) as watch_seconds
    from clipped
    where end_seconds > start_seconds
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
    from intervals
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
        event_id,
        customer_id,
        session_id,
        title_id,
        evidence,
        bandwidth_mbps,
        start_seconds,
        end_seconds,
        watch_seconds,
        {{ add_seconds('wall_started_at', 'idle_seconds') }} as wall_started_at,
        {{ add_seconds('wall_started_at', 'idle_seconds + played_seconds') }} as wall_ended_at,
        played_seconds as wall_seconds,
        derived_at
    from placed
)

select * from final

{#- The query, for a CTE's body, of a relation's spans, clipped to their titles and laid on the clock: docs/method.md
    §3.6 and §3.11. Beside `columns` it needs title_id, evidence, start_seconds, end_seconds, unplaced_seconds,
    wall_started_at and wall_seconds. Where nothing is left, start and end are NULL and wall_seconds is 0. -#}
{% macro clipped_to_titles(relation, columns) %}
{%- set rules = settings('playback') -%}
with

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A live title has no ends.
clipped as (
    select
        spans.*,
        case when titles.is_live then spans.start_seconds else greatest(spans.start_seconds, 0) end
            as clipped_start_seconds,
        case when spans.end_seconds > titles.duration_seconds then titles.duration_seconds
            else spans.end_seconds end as clipped_end_seconds
    from {{ relation }} as spans
    inner join titles
        on spans.title_id = titles.title_id
),

measured as (
    select
        *,
        coalesce(clipped_end_seconds > clipped_start_seconds, false) as is_placed,
        case
            when clipped_end_seconds > clipped_start_seconds then clipped_end_seconds - clipped_start_seconds
            else 0
        end + unplaced_seconds as watch_seconds
    from clipped
),

-- A lost pause must not look like a night of watching, nor a wild counter like years of it. No wider than it
-- must be: DuckDB is ten times slower where a decimal passes 18 digits.
timed as (
    select
        *,
        case
            when watch_seconds > 0 then least(
                wall_seconds,
                cast(cast(watch_seconds as decimal(13, 3)) * {{ 1 / rules.min_playback_rate }} as decimal(15, 3))
                + {{ rules.clock_tolerance_seconds }}
            )
            else 0
        end as played_seconds
    from measured
),

-- Reported time lies at the end of its span, all other at its beginning.
laid as (
    select
        *,
        case when evidence = 'reported' and watch_seconds > 0 then wall_seconds - played_seconds else 0 end
            as idle_seconds
    from timed
)

select
    {{ columns | join(',\n    ') }},
    evidence,
    case when is_placed then cast(clipped_start_seconds as decimal(13, 3)) end as start_seconds,
    case when is_placed then cast(clipped_end_seconds as decimal(13, 3)) end as end_seconds,
    cast(unplaced_seconds as decimal(13, 3)) as unplaced_seconds,
    {{ add_seconds('wall_started_at', 'idle_seconds') }} as wall_started_at,
    cast(played_seconds as decimal(15, 3)) as wall_seconds,
    cast(idle_seconds as decimal(15, 3)) as idle_seconds,
    {{ derivation_stamp() }} as derived_at
from laid
{%- endmacro %}

{#- Gaps and islands: the disjoint, half-open islands that a relation's half-open intervals cover.

    A new island begins where an interval starts after the furthest end of *all* earlier intervals;
    looking at the previous interval alone is wrong as soon as one contains another. The furthest
    end before the next island's start is where an island ends: so the second sort is over islands,
    not intervals. Touching intervals make one island. -#}
{% macro merge_intervals(relation, keys, start, end) %}
{%- set keys = keys | join(', ') -%}
with

running as (
    select
        {{ keys }},
        {{ start }},
        max({{ end }}) over (
            partition by {{ keys }} order by {{ start }}
            rows between unbounded preceding and 1 preceding
        ) as furthest_end_before,
        max({{ end }}) over (
            partition by {{ keys }} order by {{ start }}
            rows between unbounded preceding and unbounded following
        ) as furthest_end
    from {{ relation }}
),

island_starts as (
    select *
    from running
    where furthest_end_before is null or {{ start }} > furthest_end_before
)

select
    {{ keys }},
    {{ start }},
    coalesce(
        lead(furthest_end_before) over (partition by {{ keys }} order by {{ start }}),
        furthest_end
    ) as {{ end }}
from island_starts
{%- endmacro %}

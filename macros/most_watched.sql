{#- The query, for a CTE's body, of the value of `column` on which most was watched within `keys`; of equals
    the first by name. Rows that do not name one are left out. -#}
{% macro most_watched(relation, keys, column) %}
{%- set keys = keys | join(', ') -%}
with

watched as (
    select
        {{ keys }},
        {{ column }},
        sum(watch_seconds) as watch_seconds
    from {{ relation }}
    where {{ column }} is not null
    group by {{ keys }}, {{ column }}
)

select
    {{ keys }},
    min_by({{ column }}, row(-watch_seconds, {{ column }})) as {{ column }}
from watched
group by {{ keys }}
{%- endmacro %}

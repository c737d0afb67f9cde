{#- The query, for a CTE's body, of rows with what their titles tell of them: `is_live_title`, and `length_seconds`,
    the catalogue's or else their own. A catalogue may hold a title twice, which a test tells; no event is
    doubled by it. -#}
{% macro with_titles(rows) %}
with

catalogue as (
    select
        title_id,
        max(duration_seconds) as duration_seconds,
        max(duration_seconds) is null as is_live
    from {{ ref('stg_catalogue__titles') }}
    group by title_id
)

select
    {{ rows }}.*,
    coalesce(catalogue.is_live, {{ rows }}.is_live, false) as is_live_title,
    coalesce(
        catalogue.duration_seconds,
        case when {{ rows }}.title_duration_seconds > 0 then {{ rows }}.title_duration_seconds end
    ) as length_seconds
from {{ rows }}
left join catalogue
    on {{ rows }}.title_id = catalogue.title_id
{% endmacro %}

{#- Of values that are as frequent, the longest duration, and the first name. -#}
{%- set preferred = {
    'title_name': 'title_name', 'told_seconds': '-told_seconds', 'implied_seconds': '-implied_seconds'
} %}

with

events as (
    select * from {{ ref('int_uncatalogued_events') }}
),

{%- for value, preference in preferred.items() %}

{{ value }}_votes as (
    select
        title_id,
        {{ value }},
        count(*) as event_count
    from events
    where {{ value }} is not null
    group by title_id, {{ value }}
),

{{ value }}_elected as (
    select
        title_id,
        min_by({{ value }}, row(-event_count, {{ preference }})) as {{ value }}
    from {{ value }}_votes
    group by title_id
),
{%- endfor %}

titles as (
    select
        title_id,
        coalesce(max(case when is_live then 1 else 0 end) = 1, false) as is_live,
        nullif(max(complete_seconds), 0) as complete_seconds
    from events
    group by title_id
),

described as (
    select
        titles.title_id,
        titles.is_live,
        title_name_elected.title_name,
        told_seconds_elected.told_seconds,
        coalesce(
            cast(implied_seconds_elected.implied_seconds as decimal(12, 3)), titles.complete_seconds
        ) as inferred_seconds
    from titles
    left join title_name_elected on titles.title_id = title_name_elected.title_id
    left join told_seconds_elected on titles.title_id = told_seconds_elected.title_id
    left join implied_seconds_elected on titles.title_id = implied_seconds_elected.title_id
),

final as (
    select
        title_id,
        title_name,
        is_live,
        case
            when not is_live then cast(coalesce(told_seconds, inferred_seconds) as decimal(12, 3))
        end as duration_seconds,
        case
            when is_live then null
            when told_seconds is not null then 'catalogue'
            when inferred_seconds is not null then 'inferred'
        end as duration_source
    from described
)

select * from final

with

changes as (
    select * from {{ ref('int_stream_changes') }}
),

touched as (
    select active_on
    from {{ ref('int_touched_viewer_days') }}
    group by active_on
),

numbers as (
    {{ dbt.generate_series(1440) }}
),

-- Each minute has a row that changes nothing, so that it begins with a count of its own. What ends
-- with a date ends in no minute of it.
edges as (
    select
        changes_at as edge_at,
        stream_change as plays,
        viewer_change as viewers
    from changes
    where
        active_on in (select touched.active_on from touched)
        and cast(changes_at as date) = active_on

    union all

    select
        {{ add_seconds(
            'cast(touched.active_on as timestamp)', '(numbers.generated_number - 1) * 60'
        ) }} as edge_at,
        0 as plays,
        0 as viewers
    from touched
    cross join numbers
),

final as (
    select
        date_trunc('minute', edge_at) as minute_at,
        edge_at,
        cast(sum(plays) as integer) as plays,
        cast(sum(viewers) as integer) as viewers
    from edges
    group by edge_at
)

select * from final

{%- set dayparts = ['late_night', 'morning', 'midday', 'afternoon', 'prime_time', 'evening'] %}

with

minutes as (
    select * from {{ ref('viewing_concurrency') }}
),

final as (
    select
        cast(minute_at as date) as day_on,
        {%- for daypart in dayparts %}
        cast(sum(played_seconds) filter (where daypart = '{{ daypart }}') as decimal(18, 3))
            as {{ daypart }}_played_seconds,
        max(peak_concurrent_plays) filter (where daypart = '{{ daypart }}')
            as {{ daypart }}_peak_concurrent_plays,
        {%- endfor %}
        cast(sum(played_seconds) as decimal(18, 3)) as played_seconds,
        max(peak_concurrent_plays) as peak_concurrent_plays,
        max(peak_concurrent_viewers) as peak_concurrent_viewers
    from minutes
    group by cast(minute_at as date)
)

select * from final

{%- set windows = [1, 7, 28] %}

with

days as (
    select * from {{ ref('int_days') }}
),

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
    where is_active
),

neighbours as (
    select
        active_on,
        lag(active_on) over viewer as previous_active_on,
        lead(active_on) over viewer as next_active_on
    from viewer_days
    window viewer as (partition by customer_id order by active_on)
),

-- Active within a window: from an active day until the window has passed, or the next takes over.
changes as (
    select
        active_on as changes_on,
        {%- for days in windows %}
        1 as viewers_{{ days }}d,
        {%- endfor %}
        case when previous_active_on is null then 1 else 0 end as new_viewers
    from neighbours

    {%- for ending in windows %}

    union all

    select
        least(
            {{ add_days('active_on', ending) }},
            coalesce(next_active_on, {{ add_days('active_on', ending) }})
        ) as changes_on,
        {%- for days in windows %}
        {{ -1 if days == ending else 0 }} as viewers_{{ days }}d,
        {%- endfor %}
        0 as new_viewers
    from neighbours
    {%- endfor %}
),

daily_changes as (
    select
        changes_on,
        {%- for days in windows %}
        sum(viewers_{{ days }}d) as viewers_{{ days }}d,
        {%- endfor %}
        sum(new_viewers) as new_viewers
    from changes
    group by changes_on
),

final as (
    select
        days.day_on,
        {%- for days in windows %}
        cast(coalesce(sum(daily_changes.viewers_{{ days }}d) over so_far, 0) as bigint)
            as active_viewer_count_{{ days }}d,
        {%- endfor %}
        cast(coalesce(daily_changes.new_viewers, 0) as bigint) as new_viewer_count
    from days
    left join daily_changes
        on days.day_on = daily_changes.changes_on
    window so_far as (order by days.day_on rows between unbounded preceding and current row)
)

select * from final

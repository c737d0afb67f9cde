{#- In the order of their names: of equals the first is preferred. -#}
{%- set dayparts = ['afternoon', 'evening', 'late_night', 'midday', 'morning', 'prime_time'] %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
),

session_counts as (
    select
        customer_id,
        count(distinct session_id) as session_count
    from sessions
    group by customer_id
),

device_types as (
    select
        customer_id,
        device_type,
        sum(watch_seconds) as watch_seconds
    from sessions
    where device_type is not null
    group by customer_id, device_type
),

dayparts as (
    select
        {%- for daypart in dayparts %}
        sum({{ daypart }}_watch_seconds) as {{ daypart }},
        {%- endfor %}
        customer_id
    from viewer_days
    group by customer_id
),

-- The most watched on, and in; of equals the first by name.
preferred_device_types as (
    select
        customer_id,
        min_by(device_type, row(-watch_seconds, device_type)) as preferred_device_type
    from device_types
    group by customer_id
),

preferred_dayparts as (
    select
        customer_id,
        case greatest({{ dayparts | join(', ') }})
            when 0 then null
            {%- for daypart in dayparts %}
            when {{ daypart }} then '{{ daypart }}'
            {%- endfor %}
        end as preferred_daypart
    from dayparts
),

final as (
    select
        session_counts.customer_id,
        session_counts.session_count,
        preferred_device_types.preferred_device_type,
        preferred_dayparts.preferred_daypart
    from session_counts
    left join preferred_device_types
        on session_counts.customer_id = preferred_device_types.customer_id
    left join preferred_dayparts
        on session_counts.customer_id = preferred_dayparts.customer_id
)

select * from final

{%- set counters = ['buffering_event_count', 'buffering_seconds', 'error_count'] %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

-- A player counts over its whole session: what the session's earlier titles reached is theirs.
earlier as (
    select
        {%- for counter in counters %}
        {{ counter }},
        max({{ counter }}) over earlier_titles as earlier_{{ counter }},
        {%- endfor %}
        customer_id,
        session_id,
        title_id
    from sessions
    window earlier_titles as (
        partition by customer_id, session_id
        order by started_at, title_id rows between unbounded preceding and 1 preceding
    )
),

final as (
    select
        {%- for counter in counters %}
        case
            when {{ counter }} > coalesce(earlier_{{ counter }}, 0)
                then {{ counter }} - coalesce(earlier_{{ counter }}, 0)
            when {{ counter }} is not null then 0
        end as {{ counter }},
        {%- endfor %}
        customer_id,
        session_id,
        title_id
    from earlier
)

select * from final

{%- set sources = {
    'buffering_event_count': 'buffering_source', 'buffering_seconds': 'buffering_source',
    'error_count': 'error_source'
} %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

-- A player counts over its whole session: what the session's earlier titles reached is theirs. What
-- events say is each title's own.
earlier as (
    select
        {%- for counter, source in sources.items() %}
        {{ counter }},
        coalesce({{ source }} = 'counter', false) as is_{{ counter }}_cumulative,
        max(case when {{ source }} = 'counter' then {{ counter }} end) over earlier_titles
            as earlier_{{ counter }},
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
        {%- for counter in sources %}
        case
            when not is_{{ counter }}_cumulative then {{ counter }}
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

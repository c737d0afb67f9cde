{{ config(materialized='table') }}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

events as (
    select * from {{ ref('int_halted_events') }}
),

changes as (
    select
        *,
        {%- for halt in ['buffer', 'ad'] %}
        case
            when kind = '{{ halt }}_start' then true
            when kind = '{{ halt }}_end' or is_lift then false
        end as {{ halt }}_change,
        {%- endfor %}
        case when kind = 'buffer_end' or is_lift then event_timestamp end as lifted_at
    from events
),

states as (
    select
        *,
        {{ last_known('heard_word') }} over so_far as intent_word,
        {{ last_known('heard_word') }} over before as intent_word_before,
        coalesce({{ last_known('buffer_change') }} over so_far, false) as is_buffering,
        coalesce({{ last_known('buffer_change') }} over before, false) as was_buffering,
        coalesce({{ last_known('ad_change') }} over so_far, false) as is_in_ad,
        min(lifted_at) over later as next_lifted_at
    from changes
    window
        so_far as (
            partition by {{ title }} order by event_number
            rows between unbounded preceding and current row
        ),
        before as (
            partition by {{ title }} order by event_number
            rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by {{ title }} order by event_number
            rows between 1 following and unbounded following
        )
),

final as (
    select
        {{ title }},
        event_number,
        intent_word,
        intent_word_before,
        is_buffering or is_in_ad as is_halted,
        kind = 'buffer_start' and not was_buffering as begins_stall,
        {{ seconds_between('event_timestamp', 'next_lifted_at') }} as stall_seconds
    from states
)

select * from final

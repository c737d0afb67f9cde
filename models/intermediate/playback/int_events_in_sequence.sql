with

events as (
    select * from {{ ref('int_events_placed') }}
),

final as (
    {{ events_in_sequence('events') }}
)

select * from final

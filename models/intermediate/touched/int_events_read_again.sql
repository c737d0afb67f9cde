{{ config(materialized='table') }}

-- depends_on: {{ ref('int_touched_sessions') }}

with

-- Read from all events once, for all that derives from them.
final as (
    select * from {{ ref('int_events_deduplicated') }}
    where {{ is_touched_session() if settled_until() else 'false' }} and {{ may_be_touched() }}
)

select * from final

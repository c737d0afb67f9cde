-- Spans have one row per distinct accepted event id: none is lost, none is added.
with

spans as (
    select event_id from {{ ref('int_playback_spans') }}
),

events as (
    select event_id
    from {{ ref('stg_telemetry__events') }}
    group by event_id
)

select
    events.event_id as accepted_id,
    spans.event_id as span_id
from events
full outer join spans
    on events.event_id = spans.event_id
where events.event_id is null or spans.event_id is null

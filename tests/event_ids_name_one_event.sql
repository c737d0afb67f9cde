-- An id names one event. Where it names several, nothing is lost (an id alone is not trusted), but
-- the column mapped to event_id is probably no id of events; so it warns and stops nothing.
{{ config(severity='warn') }}

select
    event_id,
    count(*) as row_count,
    min(event_timestamp) as first_at,
    max(event_timestamp) as last_at
from {{ ref('stg_telemetry__events') }}
group by event_id
having
    min(event_timestamp) <> max(event_timestamp)
    or min(session_id) <> max(session_id)
    or min(customer_id) <> max(customer_id)
    or min(title_id) <> max(title_id)
    or min(event_type) <> max(event_type)

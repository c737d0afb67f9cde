-- Accepted + rejected = read: every landed row is an event or in quarantine, never both.
with

counts as (
    select
        {{ landed_row_count(source('telemetry', 'events')) }} as read_count,
        (select count(*) from {{ ref('stg_telemetry__events') }}) as accepted_count,
        (select count(*) from {{ ref('stg_telemetry__rejected_events') }}) as rejected_count
)

select *
from counts
where accepted_count + rejected_count <> read_count

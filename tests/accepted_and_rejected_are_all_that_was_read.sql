-- Accepted + rejected + ignored = read: every row just loaded is an event, in quarantine or of no
-- interest, and only one of these; where the elements of a list are rows, each element. What must
-- not be kept (macro is_to_keep) is counted as it is read.
-- depends_on: {{ ref('base_telemetry__typed_rows') }}
with

loaded as (
    select * from {{ ref('base_telemetry__events') }}
    where {{ is_to_load('source_file') }}
),

counts as (
    select
        {{ landed_row_count(source('telemetry', 'events')) }} as read_count,
        (select count_if({{ is_landed_row() }}) from loaded) as loaded_count,
        {%- if is_to_keep() | trim == 'true' %}
        0 as removed_count,
        {%- else %}
        (
            select count_if({{ is_landed_row() }}) from {{ ref('base_telemetry__typed_rows') }}
            where {{ is_to_load('source_file') }} and not ({{ is_to_keep() }})
        ) as removed_count,
        {%- endif %}
        (select count_if(outcome = 'unparseable') from loaded) as unparseable_count,
        (select count(*) from {{ ref('base_telemetry__events') }}) as held_count,
        (select count(*) from {{ ref('stg_telemetry__events') }}) as accepted_count,
        (select count(*) from {{ ref('stg_telemetry__rejected_events') }}) as rejected_count,
        (
            select count(*) from {{ ref('base_telemetry__events') }}
            where outcome = 'ignored'
        ) as ignored_count
)

select *
from counts
where
    loaded_count + removed_count < read_count
    -- A malformed line may be two rows: for one reader alone, a carriage return in it ends a line.
    or loaded_count + removed_count > read_count + unparseable_count
    or accepted_count + rejected_count + ignored_count <> held_count

-- depends_on: {{ ref('int_events_read_again') }}

with

final as (
    {%- if settled_until() %}
    select * from {{ ref('int_events_read_again') }}
    {%- else %}
    select * from {{ ref('int_events_deduplicated') }}
    {%- endif %}
)

select * from final

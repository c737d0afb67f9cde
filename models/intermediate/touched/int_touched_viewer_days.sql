{{ config(materialized='table') }}

-- depends_on: {{ ref('int_touched_sessions') }}

{%- set settled_until = settled_until() %}

with

dates as (
    select
        customer_id,
        active_on
    from {{ ref('int_session_days') }}
    where {{ is_touched_session() }}
    {%- if settled_until %}

    union all

    -- As earlier runs knew these sessions, they may have lain on others.
    select
        held_days.customer_id,
        held_days.active_on
    from {{ held_relation('int_viewer_days') }} as held_days
    inner join {{ ref('int_touched_sessions') }} as touched
        on
            held_days.customer_id = touched.customer_id
            and held_days.active_on between
            cast(touched.held_from as date) and cast(touched.held_until as date)

    union all

    -- What a run set out to derive that did not end.
    select
        customer_id,
        active_on
    from {{ held_relation('int_touched_viewer_days') }}
    where {{ is_derived_anew() }}
    {%- endif %}
),

final as (
    select
        customer_id,
        active_on,
        {{ derivation_stamp() }} as derived_at
    from dates
    group by customer_id, active_on
)

select * from final

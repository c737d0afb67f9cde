{{ config(materialized='table') }}

-- Written when all that is kept from run to run is up to date.
-- depends_on: {{ ref('viewer_title_engagement') }}
-- depends_on: {{ ref('int_viewer_days') }}
-- depends_on: {{ ref('int_viewers_summed') }}
-- depends_on: {{ ref('int_audience_minutes') }}

{#- By a run of a part it is not. -#}
{%- set not_run = with_inputs(kept_models()) | reject('in', selected_resources) | list if execute %}
{%- set settled = held_relation('int_settled') if not_run %}

with
{%- if settled %}

final as (
    select * from {{ settled }}
)
{%- else %}

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

loads as (
    select max(loaded_at) as loaded_until
    from {{ ref('stg_telemetry__events') }}
),

final as (
    select
        titles.title_id,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds,
        titles.duration_source,
        titles.is_live,
        titles.is_catalogued,
        loads.loaded_until,
        {{ derivation_stamp() }} as derived_until
    from titles
    cross join loads
    where {{ 'false' if not_run else 'true' }}
)
{%- endif %}

select * from final

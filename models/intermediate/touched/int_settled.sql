{{ config(materialized='table') }}

-- Written when everything is up to date.
{%- for mart in [
    'title_performance', 'viewer_segments', 'viewing_concurrency', 'playback_quality', 'daily_viewing',
    'daily_intake'
] %}
-- depends_on: {{ ref(mart) }}
{%- endfor %}

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
    select
        max(loaded_at) as loaded_until,
        count(*) as row_count
    from {{ ref('base_telemetry__events') }}
),

final as (
    select
        titles.*,
        loads.loaded_until,
        loads.row_count,
        cast('{{ models_checksum() if execute }}' as varchar) as models,
        {{ derivation_stamp() }} as derived_until
    from titles
    cross join loads
    where {{ 'false' if not_run else 'true' }}
)
{%- endif %}

select * from final

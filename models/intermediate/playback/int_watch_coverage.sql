{{ config(**replacing_touched('is_touched_viewer_title')) }}

with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where start_seconds is not null
    {%- if is_incremental() %}
        and {{ is_touched_viewer_title() }}
    {%- endif %}
),

islands as (
    {{ merge_intervals(
        'intervals', ['customer_id', 'title_id'], 'start_seconds', 'end_seconds'
    ) }}
),

final as (
    select
        customer_id,
        title_id,
        start_seconds,
        end_seconds,
        cast(end_seconds - start_seconds as decimal(13, 3)) as island_seconds
    from islands
)

select * from final

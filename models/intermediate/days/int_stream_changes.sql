{{ config(**replacing_touched('is_touched_viewer_day')) }}

with

watch_days as (
    select * from {{ ref('int_watch_days') }}
    {%- if is_incremental() %}
    where {{ is_touched_viewer_day() }}
    {%- else %}
    where active_on in (
            select touched.active_on
            from {{ ref('int_touched_viewer_days') }} as touched
        )
    {%- endif %}
),

-- Each date by itself: what lasts over midnight ends there, and begins there.
edges as (
    select
        customer_id,
        active_on,
        wall_started_at as changes_at,
        1 as stream_change
    from watch_days

    union all

    select
        customer_id,
        active_on,
        wall_ended_at as changes_at,
        -1 as stream_change
    from watch_days
),

-- At one instant, ends and beginnings cancel out: back to back never counts twice.
changes as (
    select
        customer_id,
        active_on,
        changes_at,
        cast(sum(stream_change) as integer) as stream_change
    from edges
    group by customer_id, active_on, changes_at
    having sum(stream_change) <> 0
),

counted as (
    select
        *,
        cast(sum(stream_change) over (
            partition by customer_id, active_on
            order by changes_at rows between unbounded preceding and current row
        ) as integer) as stream_count,
        lead(changes_at) over (partition by customer_id, active_on order by changes_at)
            as next_changes_at
    from changes
),

final as (
    select
        customer_id,
        active_on,
        changes_at,
        stream_change,
        -- A viewer is there from the first stream to the last, however many there are.
        case
            when stream_count = stream_change then 1 when stream_count = 0 then -1 else 0
        end as viewer_change,
        stream_count,
        coalesce(date_diff('millisecond', changes_at, next_changes_at), 0) as lasts_milliseconds
    from counted
)

select * from final

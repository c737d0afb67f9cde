-- Alert: of the rows of the last seven landing dates more were rejected than the threshold.
with

recent as (
    select
        sum(row_count) as landed_count,
        sum(case when outcome not in ('accepted', 'ignored') then row_count end) as rejected_count
    from {{ ref('daily_intake') }}
    where landed_on > (select {{ add_days('max(landed_on)', -7) }} from {{ ref('daily_intake') }})
),

measured as (
    select 100 * cast(rejected_count as double) / nullif(landed_count, 0) as measured_value
    from recent
)

select
    'Rows rejected, % of the last 7 landing dates' as alert,
    measured_value,
    {{ settings('alerts').rejected_percentage }} as threshold
from measured
where measured_value > {{ settings('alerts').rejected_percentage }}

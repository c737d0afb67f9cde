-- Alert: the last date but one (the last is often partial) had fewer viewers than the same weekday
-- before it, by more than the threshold.
with

numbered as (
    select
        active_viewer_count,
        row_number() over (order by viewed_on desc) as days_back
    from {{ ref('daily_viewing') }}
),

compared as (
    select
        cast(max(case when days_back = 2 then active_viewer_count end) as double) as viewer_count,
        max(case when days_back = 9 then active_viewer_count end) as earlier_viewer_count
    from numbered
),

measured as (
    select 100 * (1 - viewer_count / nullif(earlier_viewer_count, 0)) as measured_value
    from compared
)

select
    'Viewers of the last whole day, % fewer than on the same weekday before' as alert,
    measured_value,
    {{ settings('alerts').fewer_viewers_percentage }} as threshold
from measured
where measured_value > {{ settings('alerts').fewer_viewers_percentage }}

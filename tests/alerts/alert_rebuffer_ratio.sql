-- Alert: playback waited for more of the last seven days' time than the threshold.
with

recent as (
    select
        cast(sum(buffering_seconds) as double) as stalled_seconds,
        sum(buffering_seconds + buffering_reported_watch_seconds) as all_seconds
    from {{ ref('playback_quality') }}
    where
        buffering_seconds is not null
        and started_on
        > (select {{ add_days('max(started_on)', -7) }} from {{ ref('playback_quality') }})
),

measured as (
    select 100 * stalled_seconds / nullif(all_seconds, 0) as measured_value
    from recent
)

select
    'Rebuffer ratio, % of the last 7 days' as alert,
    measured_value,
    {{ settings('alerts').rebuffer_percentage }} as threshold
from measured
where measured_value > {{ settings('alerts').rebuffer_percentage }}

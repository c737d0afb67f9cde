-- ∫ concurrency = Σ seconds played on the clock; and so for viewers and the time they are present:
-- here by a viewer's islands over all dates, which is another method than the marts'.
with

concurrency as (
    select
        sum(played_seconds) as played_seconds,
        sum(viewer_seconds) as viewer_seconds
    from {{ ref('viewing_concurrency') }}
),

played as (
    select sum(wall_seconds) as played_seconds
    from {{ ref('int_watch_intervals') }}
),

islands as (
    {{ merge_intervals(
        ref('int_watch_intervals'), ['customer_id'], 'wall_started_at', 'wall_ended_at'
    ) }}
),

present as (
    select sum({{ seconds_between('wall_started_at', 'wall_ended_at') }}) as viewer_seconds
    from islands
)

select
    played.played_seconds,
    present.viewer_seconds
from concurrency
cross join played
cross join present
where
    coalesce(concurrency.played_seconds, 0) <> coalesce(played.played_seconds, 0)
    or coalesce(concurrency.viewer_seconds, 0) <> coalesce(present.viewer_seconds, 0)

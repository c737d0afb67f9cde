-- ∫ concurrency = Σ seconds played on the clock; and so for viewers and the time they are present.
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

present as (
    select sum(wall_seconds) as viewer_seconds
    from {{ ref('int_viewer_presence') }}
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

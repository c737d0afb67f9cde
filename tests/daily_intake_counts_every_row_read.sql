-- Over dates, accepted rows are the accepted events, ignored rows those that are known and of no
-- interest, and each reason's those in quarantine.
with

quarantine as (
    select
        reject_reason as outcome,
        count(*) as row_count
    from {{ ref('stg_telemetry__rejected_events') }}
    group by reject_reason
    union all
    select
        'accepted' as outcome,
        count(*) as row_count
    from {{ ref('stg_telemetry__events') }}
    having count(*) > 0
    union all
    select
        'ignored' as outcome,
        count(*) as row_count
    from {{ ref('base_telemetry__events') }}
    where outcome = 'ignored'
    having count(*) > 0
),

intake as (
    select
        outcome,
        sum(row_count) as row_count
    from {{ ref('daily_intake') }}
    group by outcome
)

select
    coalesce(quarantine.outcome, intake.outcome) as outcome,
    quarantine.row_count as expected_row_count,
    intake.row_count
from quarantine
full outer join intake
    on quarantine.outcome = intake.outcome
where coalesce(quarantine.row_count, 0) <> coalesce(intake.row_count, 0)

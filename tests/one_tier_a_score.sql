-- One tier a score, monotone: no score of a lower tier is above one of a higher tier.
with

tiers as (
    select
        engagement_tier,
        case engagement_tier
            when 'Minimal' then 1 when 'Low' then 2 when 'Medium' then 3 when 'High' then 4
        end as tier_order,
        min(engagement_score) as least_score,
        max(engagement_score) as greatest_score
    from {{ ref('viewer_title_engagement') }}
    group by engagement_tier
)

select
    lower_tier.engagement_tier,
    higher_tier.engagement_tier as higher_engagement_tier
from tiers as lower_tier
inner join tiers as higher_tier
    on
        lower_tier.tier_order < higher_tier.tier_order
        and lower_tier.greatest_score >= higher_tier.least_score

{%- set rules = settings('playback') %}

with

events as (
    select * from {{ ref('int_playback_evidence') }}
),

-- Inside what an event owns, and from there to the next event. To or from a position that is the
-- clock's none is told.
final as (
    select
        *,
        case
            when
                evidence = 'seek' and not is_by_clock
                and advance_seconds - clock_seconds > {{ rules.forward_skip_seconds }}
                then 1
            else 0
        end
        + case when jump_seconds > {{ rules.forward_skip_seconds }} then 1 else 0 end
            as forward_skip_count,
        case
            when
                plays_after and not is_by_clock
                and advance_seconds < -{{ rules.backward_skip_seconds }}
                then 1
            else 0
        end
        + case when jump_seconds < -{{ rules.backward_skip_seconds }} then 1 else 0 end
            as backward_skip_count
    from events
)

select * from final

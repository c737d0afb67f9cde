"""How well sessions play by place, which playback_quality does not hold."""

from datetime import timedelta

import filters
import marts
import pandas as pd

# A player's counters go on over the titles of a session: the greatest of each, before they add up.
# What events tell is each title's own. Only sessions with a stall or an error can repeat one.
PLACES = """
    with picked as (
        select * from marts.viewing_sessions where {where} and country is not null
    ),

    troubled as (
        select customer_id, session_id, min(country) as country, min(state) as state,
            coalesce(max(buffering_seconds) filter (where buffering_source = 'counter'), 0)
            + coalesce(sum(buffering_seconds) filter (where buffering_source = 'events'), 0)
                as buffering_seconds,
            least(count(*) filter (where error_source = 'counter' and error_count > 0), 1)
            + count(*) filter (where error_source = 'events' and error_count > 0) as failed
        from picked where buffering_seconds > 0 or error_count > 0
        group by customer_id, session_id
    ),

    troubles as (
        select country, state, sum(buffering_seconds) as stalled, sum(failed) as failed
        from troubled group by country, state
    ),

    watched as (
        select country, state, count(*) as sessions, count(error_count) as error_base,
            sum(watch_seconds) filter (where buffering_seconds is not null) as watch_seconds
        from picked group by country, state
    )

    select concat_ws(', ', watched.state, watched.country) as name,
        cast(coalesce(stalled, 0) as double) as stalled,
        cast(coalesce(stalled, 0) + watch_seconds as double) as stall_base,
        cast(coalesce(failed, 0) as double) as failed, cast(error_base as double) as error_base,
        sessions
    from watched left join troubles
        on watched.country = troubles.country and watched.state is not distinct from troubles.state
    order by sessions desc, name limit 15
"""
# Every session with trouble is looked at: of more days a page would take too long.
DAYS = 7


def by_place(picked: filters.Filters) -> tuple[pd.DataFrame, str]:
    """Of the last days picked, sums by state and country; and a note that says which days."""
    first, last = picked.span
    first = max(first, last - timedelta(days=DAYS - 1))
    picked = picked.within(first, last)
    where = picked.where(time="started_at", device="device_type")
    rows = marts.ask(PLACES.format(where=where), **picked.parameters)
    return rows, f"Sessions begun from {first:%-d %b} to {last:%-d %b %Y}: {DAYS} days at most."

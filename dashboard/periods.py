"""Dates: which there are, which of them are whole, what lies before, how finely to draw them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
# When in the day viewing began and ended, by date.
EDGES = """
    select cast(minute_at as date) as day, min(minute_at) as begins, max(minute_at) as ends
    from marts.viewing_concurrency where played_seconds > 0 group by day order by day
"""
# At most so many days by the day, so many by the week; beyond them by the month.
DAYS_BY_DAY, DAYS_BY_WEEK = 100, 1100


@dataclass(frozen=True)
class Calendar:
    """The dates with viewing, which of them are whole, and the last minute."""

    first: date
    last: date
    first_whole: date
    last_whole: date
    ends: datetime

    @property
    def whole_days(self) -> int:
        return (self.last_whole - self.first_whole).days + 1

    def is_whole(self, first: date, last: date) -> bool:
        """Whether none of these dates, both included, is partial or outside."""
        return self.first_whole <= first and last <= self.last_whole

    def latest(self, days: int) -> tuple[date, date] | None:
        """The last so many whole days, where there are as many."""
        if days > self.whole_days:
            return None
        return self.last_whole - (days - 1) * DAY, self.last_whole

    def before(self, first: date, last: date) -> tuple[date, date] | None:
        """As many days right before these, where all of both are whole."""
        earlier = first - (last - first + DAY)
        return (earlier, first - DAY) if self.is_whole(earlier, last) else None


def calendar(edges: Iterable[tuple[date, datetime, datetime]]) -> Calendar | None:
    """Of rows of EDGES.

    A day at either end of the data is partial where viewing began later, or ended earlier, than on
    any other day, by the clock, and not within an hour of midnight. A single day counts as whole.
    """
    days = list(edges)
    if not days:
        return None
    (first, begins, _), (last, _, ends) = days[0], days[-1]
    usual_beginning = max([time(1), *(at.time() for _, at, _ in days[1:])])
    usual_end = min([time(22, 59), *(at.time() for *_, at in days[:-1])])
    first_whole = first + DAY if begins.time() > usual_beginning else first
    last_whole = last - DAY if ends.time() < usual_end else last
    if first_whole > last_whole:
        first_whole, last_whole = first, last
    return Calendar(first, last, first_whole, last_whole, ends)


def unit(first: date, last: date) -> str:
    """What a point of a curve over these dates stands for: hour, day, week or month."""
    days = (last - first).days + 1
    if days == 1:
        return "hour"
    return "day" if days <= DAYS_BY_DAY else "week" if days <= DAYS_BY_WEEK else "month"


def last_of(moment: date, of: str) -> date:
    """The last date of the day, week or month that begins then."""
    if of == "month":
        return (moment.replace(day=1) + 31 * DAY).replace(day=1) - DAY
    return moment + 6 * DAY if of == "week" else moment


def says(first: date, last: date, *, year: bool = True) -> str:
    """The dates in words: 24–30 Mar 2025."""
    ends = f"{last:%-d %b %Y}" if year else f"{last:%-d %b}"
    if first == last:
        return ends
    if first.year != last.year:
        return f"{first:%-d %b %Y} – {last:%-d %b %Y}"
    return f"{first:%-d}–{ends}" if first.month == last.month else f"{first:%-d %b} – {ends}"

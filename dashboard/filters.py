"""The filters in the sidebar: each page shows those that its marts can answer."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import charts
import marts
import periods
import state
import streamlit as st

NOT_REPORTED = "not reported"
DEVICES = f"""
    select coalesce(device_type, '{NOT_REPORTED}') as name
    from marts.playback_quality group by all order by sum(watch_seconds) desc, name
"""
GENRES = f"""
    select coalesce(genre, '{NOT_REPORTED}') as name
    from marts.title_performance group by all order by name
"""
ALL_DATES, OWN_DATES = "All dates", "Own dates"
PRESETS = {"Last 7 days": 7, "Last 28 days": 28}
NAMES = ("period", "dates", "device", "genre")


@dataclass(frozen=True)
class Filters:
    """What was picked; nothing picked is everything."""

    days: tuple[date, date] | None = None
    devices: list[str] = field(default_factory=list)
    genres: list[str] = field(default_factory=list)
    calendar: periods.Calendar | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        first, last = self.days or (None, None)
        after = last + periods.DAY if last else None
        return {"first": first, "after": after, "devices": self.devices, "genres": self.genres}

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last date, also where all are picked."""
        return self.days or (self.calendar.first, self.calendar.last)

    @property
    def shown(self) -> periods.Calendar:
        """The calendar of the dates picked: what lies outside is no part of a week or month."""
        first, last = self.span
        return replace(
            self.calendar,
            first_whole=max(first, self.calendar.first_whole),
            last_whole=min(last, self.calendar.last_whole),
        )

    @property
    def unit(self) -> str:
        return periods.unit(*self.span)

    @property
    def says(self) -> str:
        said = [", ".join(self.devices), ", ".join(self.genres)]
        if self.calendar:
            said.insert(0, f"{periods.says(*self.span)}, UTC")
        return " · ".join(filter(None, said))

    @property
    def before(self) -> "Filters | None":
        """The same of as many days before, where all of them are whole."""
        earlier = self.calendar.before(*self.span) if self.calendar and self.days else None
        return replace(self, days=earlier) if earlier else None

    @property
    def against(self) -> str:
        return f"vs {periods.says(*self.before.days, year=False)}" if self.before else ""

    def within(self, first: date, last: date) -> "Filters":
        """The same, of other dates, both included."""
        return replace(self, days=(first, last))

    def where(self, *, time: str = "", device: str = "", title: str = "") -> str:
        """A condition in SQL over a mart's columns of these names, for `ask(…, **parameters)`."""
        conditions = ["true"]
        if time and self.days:
            conditions.append(f"{time} >= $first and {time} < $after")
        if device and self.devices:
            conditions.append(f"list_contains($devices, coalesce({device}, '{NOT_REPORTED}'))")
        if title and self.genres:
            conditions.append(f"""{title} in (
                select title_id from marts.title_performance
                where list_contains($genres, coalesce(genre, '{NOT_REPORTED}'))
            )""")
        return " and ".join(conditions)


def pick(*, days: bool = False, devices: bool = False, genres: bool = False) -> Filters:
    """Draws the filters that were asked for."""
    known = calendar()
    with st.sidebar:
        picked_days = _pick_days(known) if days and known else None
        picked_devices = _pick_some("Device", "device", DEVICES, "All devices") if devices else []
        picked_genres = _pick_some("Genre", "genre", GENRES, "All genres") if genres else []
        if not (days or devices or genres):
            st.caption("This page has no filters: its figures are of the whole lake.")
    return Filters(picked_days, picked_devices, picked_genres, known if days else None)


def calendar() -> periods.Calendar | None:
    """The dates with data; None where there are none."""
    edges = marts.ask(periods.EDGES)
    return periods.calendar(
        (day.date(), begins, ends) for day, begins, ends in edges.itertuples(index=False)
    )


def nothing_fits(why: str) -> None:
    """In place of a page that the filters, or a lake without events, leave empty; ends the page."""
    charts.nothing(why)
    if any(state.recall(name) for name in NAMES):
        st.button("Clear all filters", on_click=state.forget, args=NAMES, type="primary")
    elif calendar() is None:
        st.page_link(
            "views/data_quality.py",
            label="Nothing was accepted: Data quality says why",
            icon=":material/fact_check:",
        )
    st.stop()


def _pick_days(known: periods.Calendar) -> tuple[date, date] | None:
    """The dates, both included; None where they are all that there are."""
    presets = {name: known.latest(days) for name, days in PRESETS.items()}
    options = [*(name for name, days in presets.items() if days), ALL_DATES, OWN_DATES]
    week, days = next(iter(presets.items()))
    default = week if days and known.before(*days) else ALL_DATES
    (kept,) = state.recall("period", options)[:1] or [default]
    period = st.selectbox("Period", options, options.index(kept), key="period")
    state.remember("period", [period], [default])
    if period != OWN_DATES:
        return presets.get(period)
    kept_days = sorted(date.fromisoformat(day) for day in state.recall("dates") if _is_date(day))
    kept_days = tuple(min(max(day, known.first), known.last) for day in kept_days[:2])
    picked = st.date_input(
        "Dates (UTC)",
        kept_days or known.latest(1),
        known.first,
        known.last,
        key="dates",
        format="YYYY-MM-DD",
    )
    # While the second date is being picked there is one.
    picked = (picked[0], picked[-1]) if picked else (known.first, known.last)
    state.remember("dates", [f"{day}" for day in picked])
    return None if picked == (known.first, known.last) else picked


def _is_date(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _pick_some(label: str, name: str, query: str, everything: str) -> list[str]:
    options = list(marts.ask(query)["name"])
    if options in ([], [NOT_REPORTED]):
        st.multiselect(label, [], placeholder=f"{label}: not in this lake", disabled=True)
        return []
    picked = st.multiselect(
        label, options, state.recall(name, options), key=name, placeholder=everything
    )
    state.remember(name, picked)
    return picked

"""The filters in the sidebar: each page shows those that its marts can answer."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import marts
import streamlit as st

NOT_REPORTED = "not reported"
DAYS = """
    select cast(min(viewed_on) as varchar) as first, cast(max(viewed_on) as varchar) as last
    from marts.daily_viewing
"""
DEVICES = f"""
    select coalesce(device_type, '{NOT_REPORTED}') as name
    from marts.playback_quality group by all order by sum(watch_seconds) desc, name
"""
GENRES = f"""
    select coalesce(genre, '{NOT_REPORTED}') as name
    from marts.title_performance group by all order by name
"""


@dataclass(frozen=True)
class Filters:
    """What was picked; nothing picked is everything."""

    days: tuple[date, date] | None = None
    devices: list[str] = field(default_factory=list)
    genres: list[str] = field(default_factory=list)
    says: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        first, last = self.days or (None, None)
        after = last + timedelta(days=1) if last else None
        return {"first": first, "after": after, "devices": self.devices, "genres": self.genres}

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
    """Draws the filters that were asked for; what was picked goes along from page to page."""
    with st.sidebar:
        picked_days, says_days = _pick_days() if days else (None, "")
        picked_devices = _pick_some("Device", DEVICES, "All devices") if devices else []
        picked_genres = _pick_some("Genre", GENRES, "All genres") if genres else []
        if not (days or devices or genres):
            st.caption("This page has no filters: its figures are of the whole lake.")
    said = [says_days, ", ".join(picked_devices), ", ".join(picked_genres)]
    return Filters(picked_days, picked_devices, picked_genres, " · ".join(filter(None, said)))


def all_days() -> tuple[date, date] | None:
    """The first and the last date with data; None where there is none."""
    row = marts.ask_one(DAYS)
    if not isinstance(row["first"], str):
        return None
    return date.fromisoformat(row["first"]), date.fromisoformat(row["last"])


def _pick_days() -> tuple[tuple[date, date] | None, str]:
    """The dates, both included; None where they are all that there are."""
    days = all_days()
    if days is None:
        return None, ""
    first, last = days
    kept = st.session_state.get("kept_Dates", (first, last))
    kept = tuple(min(max(day, first), last) for day in kept)
    picked = st.date_input("Dates (UTC)", kept, first, last, key="Dates", format="YYYY-MM-DD")
    # While the second date is being picked there is one.
    picked = (picked[0], picked[-1]) if picked else (first, last)
    st.session_state["kept_Dates"] = picked
    says = f"{picked[0]:%-d %b %Y} to {picked[1]:%-d %b %Y}, UTC"
    return (None if picked == (first, last) else picked), says


def _pick_some(label: str, query: str, everything: str) -> list[str]:
    options = list(marts.ask(query)["name"])
    if options in ([], [NOT_REPORTED]):
        st.multiselect(label, [], placeholder=f"{label}: not in this lake", disabled=True)
        return []
    kept = [name for name in st.session_state.get(f"kept_{label}", []) if name in options]
    picked = st.multiselect(label, options, kept, key=label, placeholder=everything)
    st.session_state[f"kept_{label}"] = picked
    return picked

"""Cards: a figure, what it means, and whether it is better or worse than the period before."""

from dataclasses import dataclass

import charts
import glossary
from streamlit.delta_generator import DeltaGenerator

UP, DOWN, NEITHER = "normal", "inverse", "off"
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Measure:
    """How a figure is written, and which way is the better one."""

    form: str = ",.0f"
    better: str = UP
    unit: str = ""


MEASURES = {
    "hours_per_viewer": Measure(",.2f"),
    "second_screen": Measure(".2%", NEITHER),
    "loyal": Measure(".0%"),
    "binging": Measure(".0%"),
    "several_screens": Measure(".1%", NEITHER),
    "watched_per_view": Measure(".0%"),
    "seen_per_viewer": Measure(".0%"),
    "completion": Measure(".0%"),
    "engagement_score": Measure(".1f"),
    "retention_rank": Measure(".0%"),
    "rebuffer_ratio": Measure(".2%", DOWN),
    "error_rate": Measure(".1%", DOWN),
    "good_sessions": Measure(".0%"),
    "bandwidth": Measure(".1f", UP, " Mbit/s"),
    "startup_time": Measure(".1f", DOWN, " s"),
    "exits_before_start": Measure(".1%", DOWN),
    "start_failures": Measure(".1%", DOWN),
    "accepted": Measure(".2%"),
    "ignored": Measure(".2%", NEITHER),
    "rejected": Measure(".2%", DOWN),
    "inferred": Measure(".1%", DOWN),
    "unplaced": Measure(".1%", DOWN),
    "uncredited": Measure(".2%", DOWN),
}


def card(
    place: DeltaGenerator,
    key: str,
    now: float | None,
    before: float | None = None,
    against: str = "",
    *,
    more: str = "",
) -> None:
    """A figure of the glossary; with `before`, how far it is from that of the dates `against`."""
    measure = MEASURES.get(key, Measure())
    change = change_of(key, now, before) if against else ""
    same = change == UNCHANGED
    place.metric(
        glossary.name(key),
        charts.figure(now, measure.form, measure.unit),
        change or None,
        NEITHER if same or not change else measure.better,
        help=f"{glossary.meaning(key)} {more}".strip(),
        border=True,
        delta_arrow="off" if same else "auto",
        delta_description=against if change else None,
    )


def change_of(key: str, now: float | None, before: float | None) -> str:
    """How far `now` is from `before`: shares in percentage points, all else in percent."""
    if now is None or before is None or now != now or before != before:
        return ""
    if MEASURES.get(key, Measure()).form.endswith("%"):
        points = 100 * (now - before)
        change = f"{points:+.1f} pp" if abs(points) >= 0.1 else f"{points:+.2f} pp"
    elif before:
        change = f"{now / before - 1:+.1%}"
    else:
        return ""
    return change if any(digit in change for digit in "123456789") else UNCHANGED

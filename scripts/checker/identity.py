"""Who watched what, in which session: customer_id, title_id and session_id."""

from collections import defaultdict

from checker.draft import STATED, Draft
from checker.event_types import MARK
from checker.matching import Candidate
from checker.paths import Path, Table
from checker.rules import paths_of

# What else a title may be called, in the object of the position or the type: `json(event).id`.
BESIDE = ("id", "uuid", "guid", "key", "label", "title", "src", "url", "name")
# The silence in seconds that ends a session: where a player reports as it plays, and else.
GAP, LONG_GAP = 1800, 14400
# The share of rows that may lack a field by mishap.
STRAY = 0.05
# Titles that are called so are live, as far as names can tell.
LIVE_NAMES = ("channel", "channelid", "channelname", "station", "stationid")


def find_title(draft: Draft, position: Path | None) -> None:
    """title_id: the path whose values the catalogue has, else by its name, else an id beside the
    position."""
    if "title_id" in draft.said:
        return
    if found := _in_catalogue(draft):
        rule = [str(path) for path in found]
        draft.take("title_id", rule if len(rule) > 1 else rule[0], "the catalogue has its values")
        return
    likely = draft.likely("title_id")
    if not likely or likely[0].rank > 2:
        beside = _beside(draft, position)
        if beside:
            draft.take("title_id", str(beside), "beside the position or the type", False)
            return
    _set_with_others(draft, "title_id", likely, overlapping=True)


def find_customer(draft: Draft) -> None:
    """customer_id by its name, and where it is missing by the next name."""
    _set_with_others(draft, "customer_id", draft.likely("customer_id"))


def find_session(draft: Draft) -> None:
    """session_id by its name: the first that is not shared by viewers."""
    likely = draft.likely("session_id")
    customers = draft.texts("customer_id")
    fit = [each for each in likely if not _is_shared(draft.table, each.path, customers)]
    _set_with_others(draft, "session_id", fit or likely, most=1)


def fill_identity(draft: Draft) -> None:
    """What is missing of the three: carried forward, the session for a viewer, a gap for a session.

    Works on the times, so it comes after them.
    """
    if "session_id" in draft.columns:
        if "customer_id" not in draft.columns:
            draft.take(
                "customer_id",
                draft.rule("session_id"),
                "no viewer is named: a session counts as one",
            )
        for name in ("customer_id", "title_id"):
            _carry_forward(draft, name)
        _name_the_nameless(draft)
    elif "customer_id" in draft.columns:
        why = "no session is named: a silence of half an hour ends one"
        draft.take("session_id", {"gap_seconds": GAP}, why)


def settle_gap(draft: Draft) -> None:
    """A longer gap where nothing is reported while it plays: a film may be silent for hours."""
    types = {told.event_type for name, told in draft.names.items() if not MARK.fullmatch(name)}
    reports = {"heartbeat", *STATED} & types or isinstance(draft.rule("event_type"), dict)
    if draft.rule("session_id") == {"gap_seconds": GAP} and not reports:
        why = (
            "no session is named, and no event says that it goes on: four hours of silence end one"
        )
        draft.take("session_id", {"gap_seconds": LONG_GAP}, why)


def _set_with_others(
    draft: Draft, name: str, likely: list[Candidate], overlapping: bool = False, most: int = 3
) -> None:
    """The likeliest path, and others for the rows where it has nothing."""
    if not likely or name in draft.said:
        return
    first, *rest = likely
    paths, rows = [first.path], set(draft.table.columns[first.path])
    values = {str(value) for value in draft.table.values(first.path)}
    for each in rest:
        column = draft.table.columns[each.path]
        told = {str(value) for value in column.values()}
        # What is an object in some rows is its id in others.
        is_same = each.path.steps == first.path.steps[:-1]
        if each.rank > 3 or not set(column) - rows or (len(paths) == most and not is_same):
            continue
        if is_same or not overlapping or told & values:
            paths.append(each.path)
            rows |= set(column)
            values |= told
    texts = [str(path) for path in paths]
    others = [each.text for each in rest if each.path not in paths and each.rank < 3][:3]
    why = first.why + (f"; or {', '.join(others)}?" if others else "")
    draft.take(name, texts if len(texts) > 1 else texts[0], why, first.rank < 3)


def _in_catalogue(draft: Draft) -> list[Path]:
    """The paths whose values the catalogue has, until every row that can be is filled."""
    shares = {}
    for path, column in draft.table.columns.items():
        known = sum(str(value) in draft.titles for value in column.values())
        if known and known * 2 >= len(column) and path not in draft.taken:
            shares[path] = known
    found: list[Path] = []
    rows: set[int] = set()
    for path in sorted(shares, key=lambda path: (-shares[path], len(path.steps), str(path))):
        if set(draft.table.columns[path]) - rows and len(found) < 3:
            found.append(path)
            rows |= set(draft.table.columns[path])
    return found


def _beside(draft: Draft, position: Path | None) -> Path | None:
    """In the object that the position is in, or the type: what few of many rows differ in."""
    for path in [position, *paths_of(draft.rule("event_type"))]:
        parent = path.steps[:-1] if path else ()
        for key in BESIDE if parent else ():
            values = draft.table.values(Path(parent) / key)
            if values and len(set(map(str, values))) * 2 <= len(values):
                return Path(parent) / key
    return None


def _is_shared(table: Table, path: Path, customers: dict[int, str]) -> bool:
    """Whether most of a session's ids are those of several viewers: an app's start, say."""
    viewers: defaultdict[str, set[str]] = defaultdict(set)
    for number, value in table.columns[path].items():
        if number in customers:
            viewers[str(value)].add(customers[number])
    return sum(len(each) > 1 for each in viewers.values()) * 2 > len(viewers)


def _name_the_nameless(draft: Draft) -> None:
    """Where no viewer is named, of some who are not logged in, the session counts as one."""
    found, session = draft.columns["customer_id"], draft.rule("session_id")
    named, sessions = draft.texts("customer_id"), draft.texts("session_id")
    of_someone = {session for number, session in sessions.items() if number in named}
    lacking = [
        number
        for number, session in sessions.items()
        if session not in of_someone and draft.type_of(number) not in (None, "ignore")
    ]
    if lacking and isinstance(found.rule, str | list) and isinstance(session, str):
        rule = [*([found.rule] if isinstance(found.rule, str) else found.rule), session]
        why = f"{found.why}; where no viewer is named, the session counts as one"
        draft.take("customer_id", rule, why, found.is_sure)


def _carry_forward(draft: Draft, name: str) -> None:
    """Takes a field from an earlier row of the session, where many rows have none."""
    if name not in draft.columns or name in draft.said:
        return
    texts, sessions = draft.texts(name), draft.texts("session_id")
    told: defaultdict[str, set[str]] = defaultdict(set)
    lacking: list[str] = []
    for number, session in sessions.items():
        if number in texts:
            told[session].add(texts[number])
        elif draft.type_of(number) not in (None, "ignore"):
            lacking.append(session)
    few = sum(session in told for session in lacking) <= STRAY * len(sessions)
    if few or any(len(values) > 1 for values in told.values()):
        return
    found = draft.columns[name]
    draft.take(
        name,
        {"from": found.rule, "carry_forward": True},
        f"{found.why}; only {len(texts) / draft.row_count:.0%} of the rows name it",
        found.is_sure,
    )

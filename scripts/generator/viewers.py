"""Simulates viewers: who watches what, from where to where, and when they pause, seek and leave.

Everything is counted in whole milliseconds. A *session* is one customer on one device, a *view* is
a session × title, a *segment* is one unbroken playback from an opening event to its closing one.
"""

from dataclasses import dataclass

import numpy as np

from . import population as people
from .arrays import alternate, running
from .catalogue import Catalogue
from .events import (
    COMPLETE,
    DAY_MS,
    EVENT,
    HOUR_MS,
    MINUTE_MS,
    PAUSE,
    PIECE,
    RESUME,
    SECOND_MS,
    START,
    STOP,
)
from .population import Population

MAX_TITLES_A_SESSION = 6
CUSTOMER_DRAWS = 3  # at most, until a session's customer is one who does not watch already
INTERRUPTIONS_AN_HOUR = 6.2
FINISHED_RATIO = 0.95  # a view that got this far leaves no bookmark
MAX_BOOKMARK_SECONDS = 65_535
PLAYBACK_RATES_PERCENT = np.array([100, 125, 150, 200])
PLAYBACK_RATE_SHARES = (0.94, 0.03, 0.02, 0.01)


@dataclass(frozen=True)
class Sessions:
    """Sessions as columns, one element a session."""

    number: np.ndarray  # counts all sessions of the simulation, from 1
    start_ms: np.ndarray
    customer: np.ndarray
    device: np.ndarray
    connection: np.ndarray
    quality: np.ndarray
    app_version: np.ndarray
    bandwidth_tenths: np.ndarray
    stalls_a_minute: np.ndarray
    errors_a_minute: np.ndarray


@dataclass(frozen=True)
class Views:
    """Views as columns, one element a view, those of a session next to each other and in order."""

    session: np.ndarray  # row of the sessions
    title: np.ndarray
    start_ms: np.ndarray  # where on the title's timeline the view begins
    exit_ms: np.ndarray  # where it ends at the latest: the duration if it is watched to the end
    rate_percent: np.ndarray
    walks_away: np.ndarray  # pauses and closes the browser instead of stopping


@dataclass(frozen=True)
class Segments:
    """Segments as columns, one element a segment, in the order of the views and of time."""

    view: np.ndarray  # row of the views
    start_ms: np.ndarray  # on the title's timeline
    end_ms: np.ndarray
    gap_ms: np.ndarray  # on the clock, from this segment's end to the next one's begin
    first: np.ndarray  # whether it is its view's first, or last
    last: np.ndarray


@dataclass(frozen=True)
class Simulated:
    """What the viewers of one block did; the events are in the order of session and time."""

    events: np.ndarray  # EVENT: of each segment an opening one and a closing one
    pieces: np.ndarray  # PIECE, one a segment
    rate_percent: np.ndarray  # at which each segment is played
    session_start_ms: np.ndarray
    session_end_ms: np.ndarray


class Viewers:
    """All customers with their bookmarks: simulates a block of sessions after the other."""

    def __init__(
        self, catalogue: Catalogue, population: Population, start_ms: int, rng: np.random.Generator
    ) -> None:
        customers = population.reference
        self._catalogue = catalogue
        self._population = population
        self._start_ms = start_ms
        self._rng = rng
        self._session_count = 0
        self._event_count = 0
        # Players go on at a whole second, so that two bytes are enough: it is the largest array.
        self._bookmark_seconds = np.zeros((customers, len(catalogue.title_ids)), np.uint16)
        self._continue_with = np.full(customers, -1, np.int16)
        self._busy_until_ms = np.zeros(customers, np.int64)
        self._day, self._chances = -1, np.empty(0)

    def simulate(self, begin_ms: int, length_ms: int, arrivals: int) -> Simulated:
        """Simulate `arrivals` sessions that begin in `[begin_ms, begin_ms + length_ms)`.

        The block lies within one day.
        """
        if arrivals == 0:
            none = np.empty(0, np.int64)
            return Simulated(np.empty(0, EVENT), np.empty(0, PIECE), none, none, none)
        sessions = self._draw_sessions(begin_ms, length_ms, arrivals)
        views = self._draw_views(sessions)
        segments = self._draw_segments(views)
        self._remember(sessions, views, segments)
        return self._play(sessions, views, segments)

    def _draw_sessions(self, begin_ms: int, length_ms: int, count: int) -> Sessions:
        rng, population = self._rng, self._population
        start_ms = begin_ms + np.sort(rng.integers(0, length_ms, count))
        day = (begin_ms - self._start_ms) // DAY_MS
        customer = self._draw_customers(start_ms, day)
        devices = population.device_count[customer]
        device = np.where(rng.random(count) < 0.6, 0, rng.integers(0, 3, count)) % devices
        customer, device = self._share_accounts(customer, device)
        device_type = population.device_type[customer, device]

        network = rng.random(count)
        cellular = people.CELLULAR_SHARES[device_type]
        wired = network < cellular + people.WIRED_SHARES[device_type]
        household = np.where(wired, population.wired_connection[customer], people.WIFI)
        connection = np.where(network < cellular, people.CELLULAR, household)

        shares = np.cumsum(people.QUALITY_SHARES, axis=1)[device_type]
        quality = np.sum(rng.random(count)[:, None] >= shares[:, :2], axis=1)
        mbps = people.QUALITY_MBPS[quality] * people.CONNECTION_SPEED[connection]

        version = population.app_version(customer, day)
        provider = population.provider(customer, connection)
        # One session in twelve has a bad evening: stalls come in bunches, not evenly.
        mood = np.where(rng.random(count) < 0.08, 8.0, 0.4)
        stalls = people.PROVIDER_STALLS[provider] * people.CONNECTION_STALLS[connection] * mood
        number = self._session_count + 1 + np.arange(count)
        self._session_count += count
        return Sessions(
            number=number,
            start_ms=start_ms,
            customer=customer,
            device=device,
            connection=connection,
            quality=quality,
            app_version=version,
            bandwidth_tenths=10 * mbps * rng.lognormal(0, 0.35, count),
            stalls_a_minute=0.12 * stalls,
            errors_a_minute=0.001 * (1 + 2 * (people.newest_version(day) - version)),
        )

    def _draw_customers(self, start_ms: np.ndarray, day: int) -> np.ndarray:
        """Who begins a session, of those who are there that day; who watches already is redrawn."""
        if day != self._day:
            self._day, self._chances = day, self._population.chances(day)
        customer = np.empty(len(start_ms), np.int64)
        again = np.arange(len(start_ms))
        for _ in range(CUSTOMER_DRAWS):
            draws = self._rng.random(len(again))
            customer[again] = np.searchsorted(self._chances, draws, side="right")
            begins_here = np.zeros(len(customer), bool)
            begins_here[np.unique(customer, return_index=True)[1]] = True
            again = np.flatnonzero(~begins_here | (self._busy_until_ms[customer] > start_ms))
        return customer

    def _share_accounts(
        self, customer: np.ndarray, device: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Some sessions use the account of a session begun minutes ago, on another device of it."""
        count = len(customer)
        partner = np.arange(count) - self._rng.integers(1, max(2, count // 6), count)
        shares = (self._rng.random(count) < 0.02) & (partner >= 0)
        devices = self._population.device_count[customer[partner]]
        shares &= devices > 1
        other_device = (device[partner] + 1) % devices
        return np.where(shares, customer[partner], customer), np.where(shares, other_device, device)

    def _draw_titles(self, customer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The titles of each session, (sessions, MAX_TITLES_A_SESSION), and how many they are."""
        rng, catalogue, count = self._rng, self._catalogue, len(customer)
        wanted = np.minimum(rng.geometric(0.7, count), MAX_TITLES_A_SESSION)
        titles = np.full((count, MAX_TITLES_A_SESSION), -1)
        continued = self._continue_with[customer]
        continues = (continued >= 0) & (rng.random(count) < 0.5)
        titles[:, 0] = np.where(continues, continued, catalogue.pick(rng.random(count)))
        for place in range(1, MAX_TITLES_A_SESSION):
            rows = np.flatnonzero(wanted > place)
            following = catalogue.next_episode[titles[rows, place - 1]]
            binges = (following >= 0) & (rng.random(len(rows)) < 0.85)
            candidate = np.where(binges, following, catalogue.pick(rng.random(len(rows))))
            repeated = (titles[rows, :place] == candidate[:, None]).any(axis=1)
            wanted[rows[repeated]] = place
            titles[rows, place] = candidate
        return titles, wanted

    def _draw_views(self, sessions: Sessions) -> Views:
        rng, catalogue = self._rng, self._catalogue
        titles, wanted = self._draw_titles(sessions.customer)
        session, place = np.nonzero(np.arange(MAX_TITLES_A_SESSION) < wanted[:, None])
        title = titles[session, place]
        count = len(title)
        bookmark = self._bookmark_seconds[sessions.customer[session], title].astype(np.int64)
        start_ms = np.where(rng.random(count) < 0.08, 0, bookmark * SECOND_MS)
        duration_ms = catalogue.duration_ms[title]
        is_live = catalogue.is_live[title]
        last = place == wanted[session] - 1

        # Who goes on to another title mostly saw this one to the end; who comes back rarely leaves.
        finishing = np.where(last | is_live, catalogue.finishing_share[title], 0.85)
        early = catalogue.early_share[title] * np.where(last & (start_ms == 0), 1.0, 0.3)
        fate, draw = rng.random(count), rng.random(count)
        middle = 0.08 + 0.9 * draw ** catalogue.middle_hazard[title]
        share = np.where(fate < early, 0.002 + 0.078 * draw, middle)
        left_ms = duration_ms - start_ms
        exit_ms = start_ms + np.maximum((share * left_ms).astype(np.int64), 1_000)
        rate_percent = rng.choice(PLAYBACK_RATES_PERCENT, count, p=PLAYBACK_RATE_SHARES)
        return Views(
            session=session,
            title=title,
            start_ms=start_ms,
            exit_ms=np.where(fate >= 1 - finishing, duration_ms, exit_ms),
            rate_percent=np.where(is_live, 100, rate_percent),
            walks_away=last & (rng.random(count) < 0.15),
        )

    def _draw_segments(self, views: Views) -> Segments:
        """Cut each view at its interruptions, and end it where its viewer leaves."""
        rng = self._rng
        is_live = self._catalogue.is_live[views.title]
        span_ms = views.exit_ms - views.start_ms
        skips_intro = self._catalogue.is_episode[views.title] & (views.start_ms == 0)
        skips_intro &= (span_ms > 100_000) & (rng.random(len(span_ms)) < 0.5)
        skips_to_end = ~skips_intro & (span_ms > 120_000) & (rng.random(len(span_ms)) < 0.03)
        skips_to_end &= ~is_live
        interruptions = rng.poisson(span_ms * (INTERRUPTIONS_AN_HOUR / HOUR_MS)) + skips_intro
        count = 1 + np.where(skips_to_end, 1, interruptions)

        view = np.repeat(np.arange(len(count)), count)
        first_row = np.cumsum(count) - count
        advance, jump, gap_ms = self._draw_interruptions((span_ms / count)[view])
        jump[is_live[view]] = 0  # what is live is watched at its edge

        intro = first_row[skips_intro]
        advance[intro] = rng.integers(3_000, 20_001, len(intro))
        jump[intro] = rng.integers(60_000, 90_001, len(intro)) - advance[intro]
        gap_ms[intro] = rng.integers(300, 2_001, len(intro))
        leap = first_row[skips_to_end]
        leap_span = span_ms[skips_to_end]
        advance[leap] = (leap_span * rng.uniform(0.03, 0.25, len(leap))).astype(np.int64)
        jump[leap] = leap_span - advance[leap] - rng.integers(5_000, 60_001, len(leap))

        moved = np.cumsum(advance + jump) - advance - jump
        start_ms = views.start_ms[view] + moved - moved[first_row][view]
        end_ms = start_ms + advance
        exit_ms = views.exit_ms[view]
        row = np.arange(len(view))
        reaches_exit = end_ms >= exit_ms
        reaches_exit[first_row + count - 1] = True
        # Half a second is left to watch after a seek, or the viewer leaves instead of seeking.
        leaves = reaches_exit | (end_ms + jump > exit_ms - 500)
        last_row = np.minimum.reduceat(np.where(leaves, row, len(row)), first_row)
        kept = row <= last_row[view]
        first, last = np.zeros_like(kept), np.zeros_like(kept)
        first[first_row] = last[last_row] = True
        return Segments(
            view=view[kept],
            start_ms=start_ms[kept],
            end_ms=np.where(reaches_exit, exit_ms, end_ms)[kept],
            gap_ms=gap_ms[kept],
            first=first[kept],
            last=last[kept],
        )

    def _draw_interruptions(
        self, mean_advance_ms: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per segment: how far it plays, how far the playhead jumps then, and the pause's length.

        A rewind never reaches back before its own segment, so no position is negative.
        """
        rng, count = self._rng, len(mean_advance_ms)
        advance = 500 + (rng.exponential(1, count) * mean_advance_ms).astype(np.int64)
        kind, size = rng.random(count), rng.random(count)
        pauses, rewinds = kind < 0.62, kind < 0.83
        back = np.minimum((10_000 + 50_000 * size).astype(np.int64), advance)
        forward = (10_000 + 290_000 * size**3).astype(np.int64)
        jump = np.where(pauses, 0, np.where(rewinds, -back, forward))
        pause_ms = np.clip(rng.lognormal(np.log(25_000), 1.1, count), 1_000, 15 * MINUTE_MS)
        gap_ms = np.where(pauses, pause_ms, 300 + 2_700 * size).astype(np.int64)
        return advance, jump, gap_ms

    def _remember(self, sessions: Sessions, views: Views, segments: Segments) -> None:
        """Set the bookmarks, and what each customer would go on with."""
        customer = sessions.customer[views.session]
        left_ms = segments.end_ms[segments.last]
        finished = left_ms >= FINISHED_RATIO * self._catalogue.duration_ms[views.title]
        finished |= self._catalogue.is_live[views.title]
        bookmark = np.minimum(left_ms // SECOND_MS, MAX_BOOKMARK_SECONDS)
        self._bookmark_seconds[customer, views.title] = np.where(finished, 0, bookmark)
        following = self._catalogue.next_episode[views.title]
        self._continue_with[customer] = np.where(finished, following, views.title)

    def _play(self, sessions: Sessions, views: Views, segments: Segments) -> Simulated:
        """Put the segments on the clock, with the stalls and errors of the session's network."""
        rng = self._rng
        view, session = segments.view, views.session[segments.view]
        session_first = np.flatnonzero(np.diff(session, prepend=-1))
        advance = segments.end_ms - segments.start_ms

        minutes = advance / MINUTE_MS
        stalls = rng.poisson(minutes * sessions.stalls_a_minute[session])
        stall_ms = (stalls * rng.exponential(1_500, len(stalls))).astype(np.int64)
        stall_ms = np.minimum(stall_ms, advance // 2)
        stalls[stall_ms == 0] = 0
        errors = rng.poisson(minutes * sessions.errors_a_minute[session])

        play_ms = -(-advance * 100 // views.rate_percent[view]) + stall_ms
        next_title_ms = rng.integers(2_000, 20_001, len(view))
        gap_ms = np.where(segments.last, next_title_ms, segments.gap_ms)
        close_ms = sessions.start_ms[session] + running(play_ms + gap_ms, session, session_first)
        close_ms -= gap_ms
        open_ms = close_ms - play_ms

        def cumulative(values: np.ndarray) -> np.ndarray:
            """Of each opening event before its segment, of each closing one after it."""
            after = running(values, session, session_first)
            return alternate(after - values, after)

        event_session = np.repeat(session, 2)
        events = np.empty(2 * len(view), EVENT)
        events["event_ms"] = events["arrival_ms"] = alternate(open_ms, close_ms)
        events["ordinal"] = self._event_count + np.arange(len(events))
        self._event_count += len(events)
        events["session"] = sessions.number[event_session]
        events["customer"] = sessions.customer[event_session]
        events["title"] = np.repeat(views.title[view], 2)
        events["kind"] = self._kinds(views, segments)
        events["device"] = sessions.device[event_session]
        events["app_version"] = sessions.app_version[event_session]
        events["quality"] = sessions.quality[event_session]
        events["connection"] = sessions.connection[event_session]
        events["negative"] = False
        events["cut"] = 0
        events["number"] = 0
        events["seek_from_ms"] = 0
        events["rate_percent"] = 0
        events["errors"] = cumulative(errors)
        events["buffering_events"] = cumulative(stalls)
        events["buffering_ms"] = cumulative(stall_ms)
        events["watch_ms"] = cumulative(advance)
        events["position_ms"] = alternate(segments.start_ms, segments.end_ms)
        jitter = rng.uniform(0.85, 1.15, len(events))
        bandwidth = sessions.bandwidth_tenths[event_session] * jitter
        events["bandwidth_tenths"] = np.clip(bandwidth, 5, people.MAX_BANDWIDTH_TENTHS)

        pieces = np.empty(len(view), PIECE)
        pieces["customer"] = sessions.customer[session]
        pieces["title"] = views.title[view]
        pieces["session"] = sessions.number[session]
        pieces["start_ms"], pieces["end_ms"] = segments.start_ms, segments.end_ms
        pieces["started_ms"], pieces["ended_ms"] = open_ms, close_ms

        session_end_ms = close_ms[np.append(session_first[1:], len(close_ms)) - 1]
        np.maximum.at(self._busy_until_ms, sessions.customer, session_end_ms)
        rate_percent = views.rate_percent[view]
        return Simulated(events, pieces, rate_percent, sessions.start_ms, session_end_ms)

    def _kinds(self, views: Views, segments: Segments) -> np.ndarray:
        opening = np.where(segments.first, START, RESUME)
        title = views.title[segments.view]
        is_at_end = segments.end_ms == self._catalogue.duration_ms[title]
        farewell = np.where(views.walks_away[segments.view], PAUSE, STOP)
        farewell[is_at_end & ~self._catalogue.is_live[title]] = COMPLETE
        return alternate(opening, np.where(segments.last, farewell, PAUSE))

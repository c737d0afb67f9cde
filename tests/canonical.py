"""What real players send, as canonical raw events: one function a source, mapped by hand.

It stands in for a mapping in configuration, so a function does only what such a mapping could say:
a column or a path into one, another name for a type, a unit, a constant, a difference of two
columns, a value carried forward, a session told by a gap, a row that is stamped at its end.
What a source cannot tell is in its function's first lines, and no function fills it in.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CASES = Path(__file__).parent / "cases" / "players"
Row = dict[str, Any]
Event = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The rows of one source as it sends them, and its catalogue."""

    name: str
    rows: list[Row]
    titles: dict[str, dict[str, str]]

    @property
    def durations(self) -> dict[str, Decimal]:
        """The length of each title that has one, in seconds."""
        lengths = {title: row["duration_seconds"] for title, row in self.titles.items()}
        return {title: Decimal(length) for title, length in lengths.items() if length}

    @property
    def events(self) -> list[Event]:
        """The rows as canonical raw events, one for each row that was read."""
        return list(MAPPINGS[self.name](self))


def read_source(name: str) -> Source:
    """A source's case; numbers with a point are decimals, as they were written."""
    lines = (CASES / name / "input.json").read_text().splitlines()
    with (CASES / name / "titles.csv").open() as file:
        titles = {row["title_id"]: row for row in csv.DictReader(file)}
    return Source(name, [json.loads(line, parse_float=Decimal) for line in lines], titles)


# ---------------------------------------------------------------------------------- units


def utc(milliseconds: Decimal | float) -> str:
    """A time in milliseconds since 1970, as text to the millisecond."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(milliseconds))
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def instant(text: str) -> datetime:
    """The time that a text of a source in UTC says."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def thousandth(value: Decimal | int | None) -> Decimal | None:
    """Milliseconds in seconds."""
    return None if value is None else Decimal(value) / 1000


def clock_seconds(text: str) -> int:
    """H:MM:SS in seconds."""
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def unless_negative(value: Decimal | int) -> Decimal | int | None:
    """A position of a source whose -1 stands for none."""
    return None if value == -1 else value


# ------------------------------------------------------------------------------- sessions


def told_by_gap(
    events: Iterable[Event],
    seconds: int = 1800,
    within: tuple[str, ...] = ("customer_id", "title_id"),
) -> list[Event]:
    """Tells sessions by silence: more than so many seconds of it within these columns end one.

    A row is heard until it ends. A session is named by what it is within, and its first time.
    """
    told: list[Event] = []
    last: dict[str, tuple[datetime, datetime]] = {}
    for event in sorted(events, key=lambda event: instant(event["event_timestamp"])):
        key = "/".join(str(event.get(name) or "") for name in within)
        at = instant(event["event_timestamp"])
        heard_until, began_at = last.get(key, (at, at))
        if at - heard_until > timedelta(seconds=seconds):
            began_at = at
        last[key] = max(heard_until, at, instant(event.get("ended_at") or str(at))), began_at
        name = f"{key}/{utc(began_at.timestamp() * 1000)}"
        told.append(event | {"session_id": name})
    return told


def carried_forward(events: Iterable[Event], columns: tuple[str, ...]) -> list[Event]:
    """Fills each column with the last value that an earlier row of the session has."""
    filled: list[Event] = []
    known: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: instant(event["event_timestamp"])):
        values = known.setdefault(event["session_id"], dict.fromkeys(columns))
        values |= {name: event[name] for name in columns if event[name] is not None}
        filled.append(event | values)
    return filled


def running_sum(events: Iterable[Event], columns: tuple[str, ...]) -> list[Event]:
    """Makes a counter that counts a row's own into one that counts on through the session."""
    counted: list[Event] = []
    sums: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: instant(event["event_timestamp"])):
        total = sums.setdefault(event["session_id"], dict.fromkeys(columns, 0))
        total |= {name: total[name] + event[name] for name in columns}
        counted.append(event | total)
    return counted


# -------------------------------------------------------------------------------- sources


def audiobookshelf_sessions(source: Source) -> Iterator[Event]:
    """A row a session, saved again as it grows.

    Cannot tell: pauses, seeks, the rate; what was listened to is in clock seconds.
    """
    for row in source.rows:
        yield {
            "event_id": row["id"],
            "customer_id": row["userId"],
            "title_id": row["libraryItemId"],
            "session_id": row["id"],
            "event_type": "play",
            "event_timestamp": utc(row["startedAt"]),
            "ended_at": utc(row["updatedAt"]),
            "position_seconds": row["startTime"],
            "end_position_seconds": row["currentTime"],
            "watched_seconds": row["timeListening"],
            "is_completed": row["isFinished"],
        }


def brightcove_engagement(source: Source) -> Iterator[Event]:
    """Ranges of whole seconds that were played, both ends counted.

    Cannot tell: pauses, stalls. A row is stamped at its end.
    """
    types = {
        "player_load": "ignore",
        "video_impression": "ignore",
        "video_view": "ignore",
        "video_engagement": "span",
    }
    for row in source.rows:
        first, _, last = row.get("range", "").partition("..")
        yield {
            "customer_id": row["user"],
            "title_id": row["video"],
            "session_id": row["session"],
            "event_type": types[row["event"]],
            "event_timestamp": utc(row["time"] - 1000 * row.get("video_seconds_viewed", 0)),
            "ended_at": utc(row["time"]),
            "position_seconds": first or None,
            "end_position_seconds": int(last) + 1 if last else None,
        }


def cmcd_v2_events(source: Source) -> Iterator[Event]:
    """States of a player, each from its row on.

    Cannot tell: who watches; a session is a viewer.
    """
    states = {
        "s": "ignore",
        "p": "start",
        "k": "seek_start",
        "r": "buffer_start",
        "w": "buffer_start",
        "a": "pause",
        "q": "stop",
        "e": "complete",
    }
    for row in source.rows:
        yield {
            "customer_id": row["sid"],
            "title_id": row["cid"],
            "session_id": row["sid"],
            # A row of another kind than "the state changed" says how far it is.
            "event_type": states[row["sta"]] if row["e"] == "ps" else "heartbeat",
            "event_timestamp": utc(row["ts"]),
            "position_seconds": thousandth(row["pt"]),
            "playback_rate": row.get("pr"),
        }


def commanders_act_srg(source: Source) -> Iterator[Event]:
    """A seek says where it leaves, the play after it where it went.

    Cannot tell: stalls, the rate, a seek while paused. Its `event_id` names the type.
    """
    types = {
        "play": "start",
        "pos": "heartbeat",
        "uptime": "heartbeat",
        "seek": "seek_start",
        "pause": "pause",
        "stop": "stop",
        "eof": "complete",
    }
    for row in source.rows:
        yield {
            "customer_id": row["user"],
            "title_id": row["media"],
            "session_id": row["session"],
            "event_type": types[row["event_id"]],
            "event_timestamp": utc(row["time"]),
            "position_seconds": row["media_position"],
        }


def eyevinn_epas(source: Source) -> Iterator[Event]:
    """Only the first row of a session names viewer and title.

    Cannot tell: the rate; of some rows, where the playhead is: -1.
    """
    types = {
        "init": "ignore",
        "loading": "ignore",
        "loaded": "ignore",
        "playing": "start",
        "heartbeat": "heartbeat",
        "seeking": "seek_start",
        "seeked": "seek",
        "buffering": "buffer_start",
        "buffered": "buffer_end",
        "paused": "pause",
        "stopped": "stop",
    }
    events = (
        {
            "customer_id": row["payload"].get("userId"),
            "title_id": row["payload"].get("contentId"),
            "session_id": row["sessionId"],
            "event_type": types[row["event"]],
            "event_timestamp": utc(row["timestamp"]),
            "position_seconds": thousandth(unless_negative(row["playhead"])),
            "title_duration_seconds": thousandth(row["duration"]),
        }
        for row in source.rows
    )
    yield from carried_forward(events, ("customer_id", "title_id"))


def id_is_no_event_id(source: Source) -> Iterator[Event]:
    """Play and pause.

    Cannot tell: one event from another by its id, which is the learner's.
    """
    types = {"play": "start", "pause": "pause"}
    for row in source.rows:
        yield {
            "event_id": row["id"],
            "customer_id": row["user"],
            "title_id": row["video_id"],
            "session_id": row["session"],
            "event_type": types[row["event"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": row["currentTime"],
        }


def jellyfin_playback_reporting(source: Source) -> Iterator[Event]:
    """A row a play: when it began, and how long it played.

    Cannot tell: which part of the title, pauses, a session. Its time is the server's local one.
    """
    for row in source.rows:
        local = datetime.fromisoformat(row["DateCreated"][:26])
        began_at = local.replace(tzinfo=ZoneInfo("Europe/Berlin"))
        yield {
            "customer_id": row["UserId"],
            "title_id": row["ItemId"],
            "session_id": f"{row['UserId']}/{row['ItemId']}/{row['DateCreated']}",
            "event_type": "play",
            "event_timestamp": began_at.astimezone(UTC).isoformat(),
            "watched_seconds": row["PlayDuration"],
            "title_name": row["ItemName"],
        }


def live_positions(source: Source) -> Iterator[Event]:
    """Channels, with positions on clocks of their own, or none: -1.

    Cannot tell: stalls, the rate.
    """
    types = {"play": "start", "pause": "pause", "stop": "stop"}
    for row in source.rows:
        yield {
            "customer_id": row["userId"],
            "title_id": row["channel"],
            "session_id": row["sessionId"],
            "event_type": types[row["event"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": unless_negative(row["playhead"]),
            "is_live": True,
        }


def mux_video_views(source: Source) -> Iterator[Event]:
    """A row a view: seconds played, the furthest position.

    Cannot tell: which part was watched.
    """
    for row in source.rows:
        yield {
            "event_id": row["view_id"],
            "customer_id": row["viewer_user_id"],
            "title_id": row["video_id"],
            "session_id": row["view_id"],
            "event_type": "play",
            "event_timestamp": row["view_start"],
            "ended_at": row["view_end"],
            "watched_seconds": thousandth(row["playing_time"]),
            "max_position_seconds": thousandth(row["view_max_playhead_position"]),
            "title_duration_seconds": thousandth(row["video_duration"]),
            "buffering_events": row["rebuffer_count"],
            "buffering_duration_seconds": thousandth(row["rebuffer_duration"]),
            "device_os": row["viewer_os_family"],
            "country": row["country_code"],
        }


def netflix_viewing_activity(source: Source) -> Iterator[Event]:
    """A row a viewing: its length, and where it ended.

    Cannot tell: pauses, seeks, a session.
    """
    for row in source.rows:
        yield {
            "customer_id": row["Profile Name"],
            "title_id": row["Title"],
            "session_id": f"{row['Profile Name']}/{row['Title']}/{row['Start Time']}",
            "event_type": "ignore" if row["Supplemental Video Type"] else "play",
            "event_timestamp": row["Start Time"],
            "watched_seconds": clock_seconds(row["Duration"]),
            "end_position_seconds": clock_seconds(row["Bookmark"]),
        }


def odysee_watchman(source: Source) -> Iterator[Event]:
    """A report each half minute, of what played in it.

    Cannot tell: where in it the playhead moved, a session. Its length holds its own stalls.
    """
    counters = ("buffering_events", "buffering_duration_seconds")
    events = (
        {
            "customer_id": row["user_id"],
            "title_id": row["url"],
            "event_type": "play",
            "event_timestamp": utc(row["received_at"] - row["duration"]),
            "ended_at": utc(row["received_at"]),
            "end_position_seconds": thousandth(row["position"]),
            "watched_seconds": thousandth(row["duration"] - row["rebuf_duration"]),
            "buffering_events": row["rebuf_count"],
            "buffering_duration_seconds": thousandth(row["rebuf_duration"]),
        }
        for row in source.rows
    )
    yield from running_sum(told_by_gap(events), counters)


def openedx_tracking_log(source: Source) -> Iterator[Event]:
    """Each event is JSON in text; a play just after a seek is stale.

    Cannot tell: stalls, the rate.
    """
    types = {
        "load_video": "ignore",
        "play_video": "start",
        "pause_video": "pause",
        "seek_video": "seek",
        "stop_video": "stop",
        "complete_video": "complete",
    }
    for row in source.rows:
        event = json.loads(row["event"], parse_float=Decimal)
        yield {
            "customer_id": row["context"]["user_id"],
            "title_id": event["id"],
            "session_id": row["session"],
            "event_type": types[row["event_type"]],
            "event_timestamp": row["time"],
            "position_seconds": event.get("currentTime", event.get("new_time")),
            "seek_from_seconds": event.get("old_time"),
        }


def openedx_xapi(source: Source) -> Iterator[Event]:
    """Statements, with every name an address.

    Cannot tell: the rate, stalls.
    """
    types = {
        "http://adlnet.gov/expapi/verbs/initialized": "ignore",
        "https://w3id.org/xapi/video/verbs/played": "start",
        "https://w3id.org/xapi/video/verbs/paused": "pause",
        "https://w3id.org/xapi/video/verbs/seeked": "seek",
        "http://adlnet.gov/expapi/verbs/completed": "complete",
        "http://adlnet.gov/expapi/verbs/terminated": "stop",
    }
    video = "https://w3id.org/xapi/video/extensions/"
    for row in source.rows:
        result, context = row["result"]["extensions"], row["context"]["extensions"]
        yield {
            "event_id": row["id"],
            "customer_id": row["actor"]["account"]["name"],
            "title_id": row["object"]["id"],
            "session_id": context["https://w3id.org/xapi/openedx/extensions/session-id"],
            "event_type": types[row["verb"]["id"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": result.get(video + "time", result.get(video + "time-to")),
            "seek_from_seconds": result.get(video + "time-from"),
            "title_duration_seconds": context[video + "length"],
        }


def peertube_views(source: Source) -> Iterator[Event]:
    """Where the playhead is, and seeks.

    Cannot tell: who watches, pauses, where a seek left.
    """
    types = {None: "heartbeat", "seek": "seek"}
    for row in source.rows:
        yield {
            "event_id": row["id"],
            "customer_id": row["sessionId"],
            "title_id": row["videoId"],
            "session_id": row["sessionId"],
            "event_type": types[row.get("viewEvent")],
            "event_timestamp": row["date"],
            "position_seconds": row["currentTime"],
        }


def plex_webhook(source: Source) -> Iterator[Event]:
    """Play, pause, resume, stop, and a mark at about 90 %.

    Cannot tell: a session, seeks, stalls. A long film may be silent for hours, and be one session.
    """
    types = {
        "media.play": "start",
        "media.pause": "pause",
        "media.resume": "resume",
        "media.scrobble": "heartbeat",
        "media.stop": "stop",
    }
    events = (
        {
            "customer_id": row["Account"]["id"],
            "title_id": row["Metadata"]["ratingKey"],
            "event_type": types[row["event"]],
            "event_timestamp": utc(row["received"]),
            "position_seconds": thousandth(row["Metadata"]["viewOffset"]),
            "title_duration_seconds": thousandth(row["Metadata"]["duration"]),
            "is_completed": True if row["event"] == "media.scrobble" else None,
        }
        for row in source.rows
    )
    yield from told_by_gap(events, seconds=4 * 3600)


def rate_3x(source: Source) -> Iterator[Event]:
    """Play and pause, each with the rate.

    Cannot tell: stalls.
    """
    types = {"play": "start", "pause": "pause"}
    for row in source.rows:
        yield {
            "customer_id": row["userId"],
            "title_id": row["videoId"],
            "session_id": row["sessionId"],
            "event_type": types[row["event"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": row["currentTime"],
            "playback_rate": row["playbackRate"],
        }


def segment_video_spec(source: Source) -> Iterator[Event]:
    """Content and playback events, which name the title in two places.

    Cannot tell: the rate. An advertisement's position and title are its own, so it is left out.
    """
    types = {
        "Video Playback Started": "start",
        "Video Content Started": "start",
        "Video Content Playing": "heartbeat",
        "Video Playback Buffer Started": "buffer_start",
        "Video Playback Buffer Completed": "buffer_end",
        "Video Playback Seek Started": "seek_start",
        "Video Playback Seek Completed": "seek",
        "Video Playback Paused": "pause",
        "Video Playback Resumed": "resume",
        "Video Content Completed": "complete",
        "Video Ad Started": "ignore",
        "Video Ad Completed": "ignore",
    }
    for row in source.rows:
        properties = row["properties"]
        yield {
            "event_id": row["messageId"],
            "customer_id": row["userId"] or row["anonymousId"],
            "title_id": properties.get("asset_id") or properties["content_asset_ids"][0],
            "session_id": properties["session_id"],
            "event_type": types[row["event"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": properties["position"],
            "title_duration_seconds": properties["total_length"],
        }


def snowplow_media_v1_youtube(source: Source) -> Iterator[Event]:
    """A player's callbacks.

    Cannot tell: where a seek left, a seek from a time update, stalls, `paused` but of heartbeats.
    A pause may carry the place that was jumped to.
    """
    types = {
        "play": "start",
        "pause": "pause",
        "ended": "complete",
        "seek": "seek",
        "seeked": "seek",
        "percentprogress": "heartbeat",
        # As it buffers the other quality: where it is then, the next play takes back.
        "playbackqualitychange": "ignore",
        "playbackratechange": "heartbeat",
    }
    schema = "com_snowplowanalytics_snowplow_"
    for row in source.rows:
        said = row[f"unstruct_event_{schema}media_player_event_1_0_0"]
        (player,) = row[f"contexts_{schema}media_player_1_0_0"]
        (page,) = row[f"contexts_{schema}web_page_1_0_0"]
        event_type = types[said["type"]]
        yield {
            "event_id": row["event_id"],
            "customer_id": row["domain_userid"],
            "title_id": said["label"],
            "session_id": page["id"],
            "event_type": event_type,
            "event_timestamp": row["derived_tstamp"],
            "position_seconds": player["currentTime"],
            "playback_rate": player.get("playbackRate"),
            "is_playing": not player["paused"] if event_type == "heartbeat" else None,
            "title_duration_seconds": player["duration"],
        }


def snowplow_media_v2(source: Source) -> Iterator[Event]:
    """An event for all that happens, and pings.

    Cannot tell: whether it played where the playhead moved on a little through a pause.
    """
    types = {
        "play_event": "start",
        "pause_event": "pause",
        "end_event": "complete",
        "ping_event": "heartbeat",
        "percent_progress_event": "heartbeat",
        "playback_rate_change_event": "heartbeat",
        "seek_start_event": "seek_start",
        "seek_end_event": "seek",
        "buffer_start_event": "buffer_start",
        "buffer_end_event": "buffer_end",
        "ad_break_start_event": "ad_start",
        "ad_start_event": "ad_start",
        "ad_click_event": "ignore",
        "ad_complete_event": "ad_end",
        "ad_break_end_event": "ad_end",
    }
    schema = "contexts_com_snowplowanalytics_snowplow_"
    for row in source.rows:
        (player,) = row[f"{schema}media_player_2_0_0"]
        (session,) = row[f"{schema}media_session_1_0_0"]
        event_type = types[row["event_name"]]
        yield {
            "event_id": row["event_id"],
            "customer_id": row["domain_userid"],
            "title_id": player["label"],
            "session_id": session["mediaSessionId"],
            "event_type": event_type,
            "event_timestamp": row["derived_tstamp"],
            "position_seconds": player["currentTime"],
            "playback_rate": player["playbackRate"],
            "is_playing": not player["paused"] if event_type == "heartbeat" else None,
        }


def talis_media_events(source: Source) -> Iterator[Event]:
    """Segments that were played, stamped at their end.

    Cannot tell: a session, stalls, the rate. Its seeks say again what two segments do.
    """
    types = {"view": "ignore", "segment": "span", "seek": "ignore", "pause": "pause"}
    events = (
        {
            "customer_id": row["user"],
            "title_id": row["media"],
            "event_type": types[row["type"]],
            "event_timestamp": utc(
                row["sent"] - (row["end"] - row["start"] if row["type"] == "segment" else 0)
            ),
            "ended_at": utc(row["sent"]),
            "position_seconds": thousandth(row.get("start", row.get("time"))),
            "end_position_seconds": thousandth(row.get("end")),
        }
        for row in source.rows
    )
    yield from told_by_gap(events)


def trakt_scrobble(source: Source) -> Iterator[Event]:
    """Start, pause, and scrobble for the end; positions in percent.

    Cannot tell: a session, seeks.
    """
    types = {"start": "start", "pause": "pause", "scrobble": "stop"}
    events = (
        {
            "event_id": row["id"],
            "customer_id": row["user"],
            "title_id": (title := row["movie"]["ids"]["slug"]),
            "event_type": types[row["action"]],
            "event_timestamp": row["timestamp"],
            "position_seconds": row["progress"] * source.durations[title] / 100,
            "is_completed": True if row["action"] == "scrobble" else None,
        }
        for row in source.rows
    )
    yield from told_by_gap(events)


def twitch_minute_watched(source: Source) -> Iterator[Event]:
    """A row at the end of each minute watched.

    Cannot tell: positions, pauses, a session.
    """
    types = {"minute-watched": "play"}
    events = (
        {
            "customer_id": row["properties"]["user_id"],
            "title_id": row["properties"]["channel_id"],
            "event_type": types[row["event"]],
            "event_timestamp": utc(row["received"] - 60_000),
            "ended_at": utc(row["received"]),
            "watched_seconds": 60,
        }
        for row in source.rows
    )
    yield from told_by_gap(events)


def youtube_iframe_states(source: Source) -> Iterator[Event]:
    """States of a player.

    Cannot tell: a seek, which is a pause, a stall and a play elsewhere.
    """
    types = {
        -1: "ignore",
        0: "complete",
        1: "start",
        2: "pause",
        3: "buffer_start",
        5: "ignore",
    }
    for row in source.rows:
        yield {
            "customer_id": row["uid"],
            "title_id": row["videoId"],
            "session_id": row["sessionId"],
            "event_type": types[row["state"]],
            "event_timestamp": utc(row["ts"]),
            "position_seconds": row["currentTime"],
            "playback_rate": row["playbackRate"],
        }


MAPPINGS: dict[str, Callable[[Source], Iterator[Event]]] = {
    mapping.__name__: mapping
    for mapping in (
        audiobookshelf_sessions,
        brightcove_engagement,
        cmcd_v2_events,
        commanders_act_srg,
        eyevinn_epas,
        id_is_no_event_id,
        jellyfin_playback_reporting,
        live_positions,
        mux_video_views,
        netflix_viewing_activity,
        odysee_watchman,
        openedx_tracking_log,
        openedx_xapi,
        peertube_views,
        plex_webhook,
        rate_3x,
        segment_video_spec,
        snowplow_media_v1_youtube,
        snowplow_media_v2,
        talis_media_events,
        trakt_scrobble,
        twitch_minute_watched,
        youtube_iframe_states,
    )
}

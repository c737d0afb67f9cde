"""The canonical event types: how other players call them, and what it costs to reject one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

# Words that say nothing of what happened: `video_play` is `play`.
SURROUNDINGS = [
    *["video", "player", "playback", "media", "content", "stream", "vod", "html5", "edx"],
    *["on", "event", "state", "track", "watch", "view", "viewing"],
]

BEGUN = "(start|starts|started|starting|begin|begins|began|begun)"
ENDED = "(end|ends|ended|ending|stop|stopped|complete|completed|finish|finished|done|over)"
AD = "(ad|ads|advert|advertisement|commercial|((pre|mid|post)roll(ad)?))(break|pod|slot)?s?"
BUFFER = "((re)?buffer(ing)?|stall(ed|ing)?|waiting)"
SEEK = "(seek|seeking|scrub|scrubbing|timeshift)"
SHARE = "(video|played?|watched|viewed|reached|progress|quartile|milestone|percent|pct|complete)"


@dataclass(frozen=True)
class EventType:
    """A canonical type; `cost` says what is lost where its events are rejected."""

    name: str
    # What others call it: patterns of the letters and digits of a name, in lower case.
    also: str = ""
    cost: str = ""


NO_SPAN = "nothing opens a span: no watch time but `reported`"
NO_END = "what was watched last has no end, and is lost where nothing follows"
NO_STALL = (
    "without counters stalls and `startup_seconds` are NULL; by the clock, waiting is watching"
)
NO_AD = "by the clock, the advertisement counts as watching the title"

# In the order of docs/method.md §2.2. The first whose pattern is all of a name has it.
EVENT_TYPES = [
    EventType(
        "start",
        # After `content`, `playing` is Segment's heartbeat.
        f"play plays played (?<!content)playing {BEGUN} {BEGUN}play(ing)? play{BEGUN} "
        "firstframe(rendered)? firstplay autoplay(ed)? replay(ed)? restart(ed)?",
        NO_SPAN,
    ),
    EventType(
        "resume",
        f"resume[sd]? resuming unpaused? continued? pause{ENDED}",
        NO_SPAN,
    ),
    EventType(
        "pause",
        f"pause[sd]? pausing suspend(ed)? pause{BEGUN}",
        NO_END + "; `pause_count` misses it",
    ),
    EventType(
        "stop",
        "stop(s|ped)? exit(ed)? left leaves? closed? quit abandon(ed)? abort(ed)? unload(ed)? "
        "interrupt(ed)? terminated? cancel(l?ed)? destroy(ed)? disposed? playstop(ped)? "
        "(session|view|viewing)(end|ended|stop|stopped|closed?)",
        NO_END,
    ),
    EventType(
        "complete",
        "complete[sd]? completion end(s|ed)? finish(ed)? done eof (play|session)completed? "
        "play(ended|finished)",
        NO_END + "; `is_completed` stays false",
    ),
    EventType(
        "heartbeat",
        "(play)?heartbeats? hb pings? tick pulse keepalive pos position uptime watching "
        "contentplaying (minutes?|seconds?)watched (play)?progress(ed|ion)? "
        "progress(update|report|mark) timed? time(update|updated|change|changed) currenttime "
        "statusupdate (position|playhead)(update|updated|change|changed|report)? "
        "((first|second|third|1st|2nd|3rd)?quartile) midpoint halfway milestones? checkpoint "
        "percent(age)?(watched|viewed|progress|complete|completed|reached)(changed)? "
        f"{SHARE}+[0-9]+{SHARE}* [0-9]+{SHARE}+ (rate|speed)(change|changed|update|updated) "
        "changed(rate|speed)",
        "lost ends: what a session that ends without a stop had played since its last other event",
    ),
    EventType(
        "seek",
        f"seek(ed|s|to)? {SEEK}{ENDED} scrub(bed)? timeshift(ed)? jump(ed)?(to)? "
        "(seek|skip|jump|step)(ped)?(forward|forwards|back|backward|backwards|ahead|intro|recap)? "
        "(fast)?forward(ed)?(to)? rewind(ed)?(to)? (position)?discontinuity",
        "unless the player pauses for a seek: replays, and what was watched before a jump back; a "
        "jump forward is credited as watched where the clock allows it",
    ),
    EventType(
        "seek_start",
        f"seeking scrubbing {SEEK}({BEGUN}|request|requested)",
        "where the playhead left is only told by the clock, so watch time before a seek errs",
    ),
    EventType(
        "buffer_start",
        f"{BUFFER}{BEGUN}? buffer(s|empty) stalls? wait (buffer)?underrun",
        NO_STALL,
    ),
    EventType(
        "buffer_end",
        f"{BUFFER}({ENDED}|full|ready|recovered) (re)?buffered",
        NO_STALL,
    ),
    EventType(
        "ad_start",
        # `ad` alone may be a region's code.
        f"(?!ads?$){AD}({BEGUN}|play|playing|impression)? (start|play)ad",
        NO_AD,
    ),
    EventType(
        "ad_end",
        f"{AD}({ENDED}|skip|skipped|exit|exited|close|closed) skip(ped)?ad (end|stop)ad",
        NO_AD,
    ),
    EventType(
        "error",
        "(fatal|setup|startup|drm|network|decode|manifest)?(errors?|failed|failure|exception) "
        "erroroccurred fatal",
        "without a counter `error_count` is NULL, and a failed start counts as one that was left",
    ),
    EventType("span", "span"),
    # The row of a whole viewing. An event of that name is nearly always a start.
    EventType("play"),
    EventType(
        "ignore",
        "ignored? init(ialized|ialised|ialize|ialise)? ready setup load(s|ed|ing|start)? "
        "loadeddata canplay(through)? duration(change|changed) resized? emptied attach(ed)? "
        "cued unstarted impression sessionstart(ed)? config(ured)? warning interacted click(ed)? "
        ".*(volume|fullscreen|mute|pictureinpicture|quality|resolution|bitrate|rendition|caption"
        "|subtitle|transcript|texttrack|audiotrack|chapter|metadata|orientation).* "
        f"{AD}(click|clicked|error|failed|pause|paused|resume|resumed|progress|time|timeupdate"
        "|midpoint|(first|third)?quartile|request|requested|response|loaded|ready|empty|ping"
        "|heartbeat|buffering|[0-9]+.*)",
    ),
]
NAMES = tuple(each.name for each in EVENT_TYPES)
COSTS = {each.name: each.cost for each in EVENT_TYPES if each.cost}

# Numbers and letters that stand for states: by what their column is called, in letters.
YOUTUBE = {"-1": "ignore", "0": "complete", "1": "start", "2": "pause", "3": "buffer_start"}
CODES = {
    "state": YOUTUBE | {"5": "ignore"},
    "playerstate": YOUTUBE | {"5": "ignore"},
    # Common Media Client Data: starting, playing, seeking, rebuffering, waiting, paused …
    "sta": {"s": "ignore", "p": "start", "k": "seek_start", "r": "buffer_start"}
    | {"w": "buffer_start", "a": "pause", "e": "complete", "q": "stop", "f": "error"}
    | {"d": "ignore"},
    # Kaltura's; those from 11 to 14 are quartiles.
    "eventtype": {"1": "ignore", "2": "ignore", "3": "start", "4": "resume", "33": "pause"}
    | {"34": "start", "35": "seek", "45": "buffer_start", "46": "buffer_end", "98": "error"}
    | dict.fromkeys(["11", "12", "13", "14", "41", "99"], "heartbeat"),
}
# A mark at about 90 % in one source, the end of a viewing in another: told by what follows.
MARK = re.compile(r"(.*[^a-z])?scrobble", re.I)
# A row that says that a minute was watched, and nothing else.
MINUTE_WATCHED = re.compile(r"minutes?[^a-z]*watched", re.I)

# What it costs where the events have none of some types, nor of others that do as well.
NEVER_SEEN = [
    ("start, resume", "heartbeat span play", COSTS["start"]),
    ("pause, stop, complete", "heartbeat span play", "no span has an end"),
    (
        "complete",
        "",
        "`is_completed` is never true, and no title's duration is inferred from its end",
    ),
    ("heartbeat", "span play", COSTS["heartbeat"]),
    ("seek", "span play", COSTS["seek"]),
]


def types_by_code(key: str, names: Iterable[str]) -> dict[str, str]:
    """The types of codes, where all the names in a column called `key` are codes of one player."""
    codes = CODES.get(letters(key), {})
    return {name: codes[name] for name in names} if set(names) <= set(codes) else {}


def event_type_of(name: Any) -> str | None:
    """The canonical type that an event's name speaks of, or None: `video_play` → `start`."""
    text = str(name)
    if "://" in text:
        # xAPI: the verb is the end of an address.
        address = urlsplit(text)
        text = (address.fragment or address.path).rstrip("/").rsplit("/", 1)[-1]
    text = text.replace("%", " percent ")
    said = [word.lower() for word in words(text)]
    core = "".join(word for word in said if word not in SURROUNDINGS)
    for spoken in (letters(text), core):
        for event_type, pattern in _patterns().items():
            if pattern.fullmatch(spoken):
                return event_type
    return None


def words(name: str) -> list[str]:
    """The words of a name in snake, camel or kebab case."""
    return re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+", name)


def letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Each type's pattern, after any of SURROUNDINGS that are not set apart."""
    before = f"(?:{'|'.join(SURROUNDINGS)})*"
    return {
        each.name: re.compile(before + f"(?:{'|'.join(each.also.split())})")
        for each in EVENT_TYPES
        if each.also
    }

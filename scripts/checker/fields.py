"""The canonical fields: how other players call them, and what it costs to have none."""

from dataclasses import dataclass

# The types of rows that state what was played.
STATED = ("span", "play")


@dataclass(frozen=True)
class Field:
    """A field of the telemetry; `cost` is empty for a required one."""

    name: str
    # What others call it, the likeliest first; case, snakes and camels do not matter.
    also: str
    cost: str = ""
    # What its values are: text, number, boolean, rate, event type or time.
    kind: str = "text"
    # The event types that it counts for; all, if none is named.
    types: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        return not self.cost

    @property
    def is_stated(self) -> bool:
        """Whether it counts only for rows that state what was played."""
        return bool(self.types) and set(self.types) <= set(STATED)


NO_QUALITY_SPLIT = "NULL; one group of `playback_quality` holds all"
NO_PLACE = "NULL in `viewing_sessions`"

# In the order of macro telemetry_fields, required or not.
FIELDS = [
    Field(
        "event_id",
        "eventUuid messageId insertId eventGuid uuid guid id rowId",
        "its key is a hash of the fields: a repeat that differs in one of them counts twice",
    ),
    Field(
        "customer_id",
        "userId viewerId viewerUserId customer user viewer uid usr accountName accountId "
        "profileName profileId memberId subscriberId learnerId studentId actorMbox actorId actor "
        "username userName visitorId distinctId anonymousId userPseudoId clientId "
        "domainUserid cookieId ecidId",
    ),
    Field(
        "title_id",
        "videoId contentId assetId mediaId movieId episodeId programId contentAssetId "
        "contentAssetIds itemId libraryItemId entryId cid ratingKey objectId movieIdsSlug vid "
        "videoGuid showId mediaGuid lectureId lessonId lesson lecture videoUrl "
        "contentUrl mediaUrl channelId title video content asset media channel slug label url "
        "broadcastId",
    ),
    Field(
        "session_id",
        "session sess playSession mediaSessionId playbackSessionId playSessionId sid viewId "
        "viewSessionId "
        "playbackId streamSessionId impressionId visitId pageViewId webPageId sessionKey "
        "sessionUuid registration domainSessionid gaSessionId",
    ),
    Field(
        "event_type",
        "verbId eventName event type action eventType name eventAction verb notificationType "
        "viewEvent playerState state sta eventKind",
        kind="event",
    ),
    Field(
        "event_timestamp",
        "timestamp eventTime eventTs ts time occurredAt clientTimestamp clientTime "
        "originalTimestamp derivedTstamp dvceCreatedTstamp dateTime utcTimestamp at "
        "localStartTime startedAt startTime viewStart started dateCreated createdAt sent sentAt "
        "collectorTstamp "
        "serverTimestamp received receivedAt date",
        kind="time",
    ),
    Field(
        "watch_duration_seconds",
        "watchDuration watchTime timeWatched secondsWatched watchedSeconds watchSeconds "
        "playedSeconds totalPlayed viewingTime engagedTime",
        "no `reported` evidence: watch time behind a lost start or an unseen rewind is lost",
        "seconds",
    ),
    Field(
        "position_seconds",
        "position currentTime playhead playheadPosition pos currentPosition playheadTime "
        "videoPosition playbackPosition mediaTime mediaPosition contentPosition timePosition "
        "videoCurrentTime viewOffset pt playbackPositionTicks positionTicks positionMs "
        "positionMillis playheadMs currentTimeMs offset startPosition videotimeStart start "
        "bookmark seconds time progress videoPercent percent",
        cost="only live titles do without, and rows that say how much was played",
        types=("start", "resume", "heartbeat", "seek", "seek_start", "span"),
        kind="seconds",
    ),
    Field(
        "completion_percentage",
        "completion percentComplete progressPercent progressPercentage percentWatched "
        "percentViewed completionRate pct percent progress",
        "with no catalogue, a duration is known only where a viewer reached the end",
        "number",
    ),
    Field(
        "device_type",
        "device deviceCategory platform formFactor deviceClass",
        "`dominant_device_type` is NULL; one group of `playback_quality` holds all",
    ),
    Field("device_id", "deviceUuid deviceGuid machineId playerUuid idfa idfv", NO_PLACE),
    Field(
        "device_os",
        "os osName operatingSystem osFamily viewerOsFamily platformOs",
        NO_QUALITY_SPLIT,
    ),
    Field("app_version", "playerVersion clientVersion sdkVersion", NO_QUALITY_SPLIT),
    Field(
        "quality", "videoQuality streamQuality resolution rendition definition", NO_QUALITY_SPLIT
    ),
    Field(
        "bandwidth_mbps",
        "bandwidth throughput throughputMbps networkSpeed downlink",
        "`time_weighted_bandwidth_mbps` is NULL",
        "number",
    ),
    Field(
        "buffering_events",
        "bufferingCount bufferCount rebufferCount rebufCount rebufferingCount stallCount "
        "stalls rebuffers",
        "how often playback stalled is NULL",
        "number",
    ),
    Field(
        "buffering_duration_seconds",
        "bufferingDuration bufferingTime bufferingSeconds bufferTime rebufferDuration "
        "rebufDuration rebufferTime rebufferSeconds stallDuration stallTime buffered",
        "`rebuffer_ratio` is NULL",
        "seconds",
    ),
    Field(
        "error_count",
        "errors playbackErrors",
        "`error_rate` is NULL",
        "number",
    ),
    Field("country", "countryCode countryName geoCountry countryIso", NO_PLACE),
    Field("state", "region regionName geoRegion province regionCode", NO_PLACE),
    Field("city", "cityName geoCity town", NO_PLACE),
    Field("isp", "ispName carrier networkProvider asnOrg asnOrganization", NO_QUALITY_SPLIT),
    Field("connection_type", "connection networkType effectiveType network", NO_QUALITY_SPLIT),
    Field(
        "playback_rate",
        "playbackSpeed rate speed playRate playSpeed videoSpeed currentSpeed currentRate pr",
        "faster than `max_playback_rate` (2), playback counts as jumps; by the clock, all is at 1",
        "rate",
    ),
    Field(
        "seek_from_seconds",
        "seekFrom from oldTime previousPosition previousTime fromPosition fromTime timeFrom "
        "positionFrom oldPosition prevPosition prevTime seekFromPosition seekOrigin",
        "where a seek left is told by the clock",
        "seconds",
        types=("seek",),
    ),
    Field(
        "is_playing",
        "playing nowPlaying isPaused paused",
        "heartbeats do not say whether it plays: that takes events that start, pause and stop",
        "boolean",
        types=("heartbeat",),
    ),
    Field(
        "is_completed",
        "completed isComplete playedToCompletion isFinished finished isEnded ended watched "
        "isWatched fullyWatched",
        "`complete` events alone complete a title",
        "boolean",
    ),
    Field(
        "is_live",
        "live isLiveStream liveStream",
        "a live stream is taken for a title whose duration is not known",
        "boolean",
    ),
    Field(
        "ended_at",
        "endTime endedTime endTimestamp endAt endedAt stoppedAt stopped stopTime finishedAt "
        "viewEnd updatedAt",
        "how long it took on the clock is told by the seconds watched",
        "time",
        types=STATED,
    ),
    Field(
        "end_position_seconds",
        "endPosition positionEnd stopPosition toPosition lastPosition videotimeEnd rangeEnd "
        "end to bookmark currentTime position",
        "a `span` is rejected; where a `play` lay in its title is told by its start alone",
        "seconds",
        types=STATED,
    ),
    Field(
        "watched_seconds",
        "playDuration playingTime timeListening listenedSeconds secondsViewed "
        "videoSecondsViewed secondsWatched watchedSeconds watchSeconds played watchedTime "
        "watchTime timeWatched viewedSeconds viewingTime duration",
        "a `play` owns no watch time",
        "seconds",
        types=("play",),
    ),
    Field(
        "max_position_seconds",
        "maxPosition maxPlayhead maxPlayheadPosition viewMaxPlayheadPosition furthestPosition",
        "how far a `play` went is told by its positions",
        "seconds",
        types=("play",),
    ),
    Field(
        "title_name",
        "titleName videoTitle contentTitle mediaTitle assetTitle programTitle showTitle movieTitle "
        "episodeTitle itemTitle videoName contentName mediaName assetName programName showName "
        "movieName itemName episodeName title",
        "no names",
    ),
    Field(
        "title_duration_seconds",
        "titleDuration videoDuration contentDuration mediaDuration assetDuration totalLength "
        "videoLength contentLength mediaLength durationSeconds runtimeTicks duration length "
        "runtime",
        "durations only where they can be inferred",
        "seconds",
    ),
]

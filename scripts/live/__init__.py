"""The way in, live: viewers on the clock, a broker, and delivery into the lake (docs/live.md)."""

TOPIC = "video-telemetry"

"""The producer as an AWS Lambda function: a schedule calls it, and it sends one window's events.

Settings are environment variables: PLAYHEAD_BROKERS, and those of `settings` below. A call that
fails sends nothing twice that counts: what it sends again is the same, and is delivered again.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from . import TOPIC
from .producer import Sender
from .stream import Stream, StreamOptions

WINDOW_SECONDS = 300


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Send what arrives in the window before the one that the schedule's `time` lies in.

    `event`: as EventBridge sends it, with `time` such as 2026-11-26T10:45:00Z. Returns how many
    messages were sent, and the window; raises where any was not, so that Lambda calls again.
    """
    window_ms = int(os.environ.get("PLAYHEAD_WINDOW_SECONDS", WINDOW_SECONDS)) * 1000
    at_ms = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    end_ms = at_ms // window_ms * window_ms
    begin_ms = end_ms - window_ms
    stream = Stream(
        StreamOptions(
            scale=float(os.environ.get("PLAYHEAD_SCALE", "0.0092")),
            viewers=int(os.environ.get("PLAYHEAD_VIEWERS", "0")),
            seed=int(os.environ.get("PLAYHEAD_SEED", "1")),
        )
    )
    events, _ = stream.between(begin_ms, end_ms)
    sender = Sender(settings(), os.environ.get("PLAYHEAD_TOPIC", TOPIC))
    sender.send(stream.messages(events))
    sender.flush()
    return {"sent": sender.sent, "from": _iso(begin_ms), "until": _iso(end_ms)}


def settings() -> dict[str, Any]:
    """How the brokers are reached: plainly, or with PLAYHEAD_MSK_REGION by the role's own rights.

    Amazon MSK Serverless takes IAM's word alone: a token that is signed with the credentials of
    the AWS chain (https://github.com/aws/aws-msk-iam-sasl-signer-python).
    """
    plain = {"bootstrap.servers": os.environ["PLAYHEAD_BROKERS"]}
    region = os.environ.get("PLAYHEAD_MSK_REGION")
    if not region:
        return plain
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

    def token(_: str) -> tuple[str, float]:
        value, expires_ms = MSKAuthTokenProvider.generate_auth_token(region)
        return value, expires_ms / 1000

    return plain | {
        "security.protocol": "SASL_SSL",
        "sasl.mechanisms": "OAUTHBEARER",
        "oauth_cb": token,
    }


def _iso(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat().replace("+00:00", "Z")

"""The stand-in for Athena as a whole, for tests and for the command line.

python tests/athena/stand_in.py dbt build --target athena
runs a command with the environment that points it, and dbt's target athena, to a fresh stand-in.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

TESTS = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))

from athena import engine  # noqa: E402

BUCKET = "lake"


@dataclass(frozen=True)
class StandIn:
    """Where the gateway and Trino listen."""

    gateway_url: str
    trino_url: str
    tls_port: int  # the gateway's too

    @property
    def environment(self) -> dict[str, str]:
        """What makes dbt's target athena, and boto3, use the stand-in and nothing else."""
        nowhere = os.devnull
        return {
            "AWS_ENDPOINT_URL": self.gateway_url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "PLAYHEAD_ATHENA_OUTPUT": f"s3://{BUCKET}/results/",
            "PLAYHEAD_ATHENA_DATA": f"s3://{BUCKET}/tables/",
            "PLAYHEAD_ATHENA_POLL_SECONDS": "0.05",
        }

    def client(self, service: str) -> "boto3.client":
        return boto3.client(
            service,
            endpoint_url=self.gateway_url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise engine.StandInError(f"the gateway did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def started(folder: Path) -> Iterator[StandIn]:
    """A fresh stand-in, its catalog and bucket empty; gone afterwards, come what may."""
    gateway_port, tls_port, trino_port = free_port(), free_port(), free_port()
    gateway_url, trino_url = (f"http://127.0.0.1:{port}" for port in (gateway_port, trino_port))
    stand_in = StandIn(gateway_url, trino_url, tls_port)
    log = folder / "gateway.log"
    with log.open("wb") as output:
        gateway = subprocess.Popen(
            [sys.executable, "-m", "athena.gateway", f"{gateway_port}", f"{tls_port}", trino_url],
            cwd=TESTS,
            env=os.environ | stand_in.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for_port(gateway_port, gateway, log)
        stand_in.client("s3").create_bucket(Bucket=BUCKET)
        trino = engine.start(folder, trino_port, stand_in.gateway_url)
        try:
            yield stand_in
        finally:
            engine.stop(trino)
    finally:
        engine.stop(gateway)


def upload(stand_in: StandIn, folder: Path, prefix: str) -> None:
    """A lake on disk to the bucket."""
    s3 = stand_in.client("s3")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            key = f"{prefix}/{path.relative_to(folder).as_posix()}"
            s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())


def main(command: list[str], environment: Mapping[str, str] = os.environ) -> int:
    with tempfile.TemporaryDirectory() as name, started(Path(name)) as stand_in:
        return subprocess.run(command, env={**environment, **stand_in.environment}).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except engine.StandInError as error:
        sys.exit(str(error))

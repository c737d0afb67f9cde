"""Lakes on S3: a server on this machine stands in for it, reached as any other by the AWS chain."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import boto3
import duckdb
import fsspec
import pytest
from checker.files import InputError, take_sample
from conftest import ROOT, Build
from dbt.cli.main import dbtRunner
from generator.run import GeneratorOptions, generate

EVENTS = "select * exclude (loaded_at) from staging.stg_telemetry__events order by all"
TITLES = "select * from staging.stg_catalogue__titles order by all"
REJECTED = """
    select reject_reason, landed_at, count(*) as n
    from staging.stg_telemetry__rejected_events group by all order by all
"""


def answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that speaks S3, and the environment that points the AWS chain to it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    nowhere = str(tmp_path_factory.mktemp("aws") / "none")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", endpoint)
        patched.setenv("AWS_ACCESS_KEY_ID", "testing")
        patched.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patched.setenv("AWS_CONFIG_FILE", nowhere)
        patched.setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
        patched.delenv("AWS_PROFILE", raising=False)
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(300):
                if answers(endpoint):
                    break
                assert server.poll() is None, "the server did not start"
                time.sleep(0.1)
            yield endpoint
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture(scope="module")
def lakes(s3: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same day of a few viewers as NDJSON and as Parquet, here and in bucket `lake`."""
    root = tmp_path_factory.mktemp("lakes")
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    for telemetry_format in ("ndjson", "parquet"):
        options = {"days": 1, "start": date(2025, 3, 3), "scale": 0.001, "format": telemetry_format}
        generate(GeneratorOptions(root / telemetry_format, **options))
    for path in root.rglob("*.*"):
        client.upload_file(str(path), "lake", str(path.relative_to(root)))
    return root


def built(build: Build, root: Path | str, telemetry_format: str, *options: str) -> Build:
    """What reads files, built; all that follows is the same query on the same rows."""
    return build.must(
        "run",
        "--select",
        "+stg_telemetry__events",
        "+stg_telemetry__rejected_events",
        "+stg_catalogue__titles",
        *options,
        telemetry_path=f"{root}/{telemetry_format}/telemetry",
        telemetry_format=telemetry_format,
        titles_path=f"{root}/{telemetry_format}/titles.csv",
    )


def rows(build: Build, query: str) -> list[tuple]:
    """As Build.rows, from a build whose view of the catalogue reads s3://."""
    with duckdb.connect(str(build.duckdb_path), read_only=True) as connection:
        connection.register_filesystem(fsspec.filesystem("s3"))
        return connection.execute(query).fetchall()


def test_a_lake_on_s3_is_the_lake_at_home(builds, lakes):
    """Events, titles, landing hours and rejected rows: all the same from a bucket."""
    home = built(builds("home"), lakes, "ndjson")
    away = built(builds("s3_ndjson"), "s3://lake", "ndjson", "--target", "s3")
    for query in (EVENTS, TITLES, REJECTED):
        assert rows(home, query)
        assert rows(away, query) == rows(home, query)
    (file,) = rows(away, "select min(source_file) from staging.stg_telemetry__rejected_events")
    assert file[0].startswith("s3://lake/ndjson/telemetry/year=")
    parquet = built(builds("s3_parquet"), "s3://lake", "parquet", "--target", "s3")
    assert rows(parquet, EVENTS) == rows(home, EVENTS)


def test_a_sample_is_taken_from_s3(lakes, tmp_path):
    """`make check` reads s3:// as it reads files here, and says what is wrong in one line."""
    sample = take_sample("s3://lake/parquet/telemetry", None, 300, tmp_path / "sample")
    assert (sample.telemetry_format, sample.line_count, sample.is_partitioned) == (
        "parquet",
        300,
        True,
    )
    assert all(name.startswith("s3://lake/parquet/") for name in sample.origins.values())
    for path in ("s3://nobody-has-it/a", "s3://lake/nowhere", "s3://nobody-has-it/*.json"):
        with pytest.raises(InputError) as error:
            take_sample(path, None, 300, tmp_path / "none")
        assert path in str(error.value)
        assert len(str(error.value).splitlines()) == 1


def test_what_is_wrong_with_a_path_on_s3_is_said(builds, lakes, monkeypatch):
    build = builds("wrong")
    for name, value in build.environment.items():
        monkeypatch.setenv(name, value)
    cases = {
        "run dbt with --target s3": ["--vars", "{telemetry_path: s3://lake/ndjson}"],
        "specified bucket does not exist": [
            *("--target", "s3"),
            *("--vars", "{telemetry_path: s3://nobody-has-it/a}"),
        ],
    }
    for words, options in cases.items():
        done = dbtRunner().invoke(["--quiet", "run", "--project-dir", str(ROOT), *options])
        told = [line for line in str(done.exception).splitlines() if words in line]
        assert len(told) == 1, (words, done.exception)

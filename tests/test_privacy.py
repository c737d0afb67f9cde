"""No ip address is stored, and of rejected rows no more text, nor for longer, than is asked for."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Build

STAGING = ("run", "--select", "+stg_telemetry__rejected_events", "+stg_telemetry__events")
GOOD = {
    "event_id": "e1",
    "customer_id": "c",
    "title_id": "t",
    "session_id": "s",
    "event_type": "start",
    "event_timestamp": "2025-03-03T12:00:00.000Z",
    "position_seconds": 0,
}
# Each with a part of it that must be found nowhere.
ADDRESSES = {
    "203.0.113.7": "203.0.113",
    "198.51.100.23:8080": "51.100",
    "203.0.113.x": "203.0",
    "0xCB.0x00.0x71.0x07": "0xCB",
    "2001:db8:85a3::8a2e:370:7334": "85a3",
    "2001:0DB8:85A3:0000:0000:8A2E:0370:7335": "8A2E",
    "2001:db8:1::": "db8",
    "::1": "::1",
    "fe80::1ff:fe23:4567:890a%eth0": "4567",
    "::ffff:192.0.2.128": "192.0",
    "64:ff9b::192.0.2.33": "ff9b",
    "1:2:3:4:5:6:192.0.2.1": "2:3:4",
    r"198.51.100\u002e24": "51.100",
    r"\u0031\u0039\u0038.51.100.25": "51.100",
    r"2001\u003adb8\u003a\u003a99": "db8",
    "2001%3Adb8%3A%3A98": "db8",
    "ip-198-51-100-26.compute.internal": "51-100",
    "8.b.d.0.1.0.0.2.8.b.d.0.1.0.0.2.8.b.d.0.1.0.0.2.8.b.d.0.1.0.0.2.ip6.arpa": "8.b.d",
}
KEPT = (
    "2025-03-03T12:30:45.123+02:00",
    "2025-03-03 12:30:45",
    "7f2a9c04-3b1e-4d7c-9a51-000000000001",
    "app 5.1.2",
    "12:30",
)


def lines() -> list[bytes]:
    """Rows that are no events, in each kind of quarantine, with an address in each."""
    found = []
    for address in ADDRESSES:
        found.append('{"event_type": "zoom", "note": "from ' + address + ' it was"}')
        found.append('{"event_type": "zoom", "ip_address": "' + address)
        found.append(f"{address} - - [03/Mar/2025] GET /")
        found.append(json.dumps({"event_type": "zoom", "inner": '{"a": "' + address + '"}'}))
    for name in ("ip", "ip_address", "clientIp", "client_ip", "remote_addr", "X-Forwarded-For"):
        found.append(json.dumps({"event_type": "zoom", name: 3405803783, "zip": 90210}))
    found.append("ip=3405803783 zip=90210")
    undecodable = [b'{"ip_address": "203.0.113.9", "city": "Z\xc3"}', b'{"a": "\x00 2001:db8::77"}']
    return [line.encode() for line in found] + undecodable


def load(build: Build, lake: Path, **variables: Any) -> None:
    titles = build.folder / "titles.csv"
    titles.write_text("title_id,duration_seconds\nt,3600\n")
    build.must(*STAGING, telemetry_path=lake, titles_path=titles, **variables)


def texts(build: Build) -> list[str | None]:
    rows = build.rows("select raw_text from staging.stg_telemetry__rejected_events")
    return [row["raw_text"] for row in rows]


@pytest.fixture
def hostile(builds) -> tuple[Build, Path]:
    build = builds("addresses")
    lake = build.folder / "lake"
    lake.mkdir()
    good = json.dumps(GOOD | {"ip_address": "203.0.113.7"}).encode()
    kept = [json.dumps({"event_type": "zoom", "note": text}).encode() for text in KEPT]
    (lake / "a.json.gz").write_bytes(gzip.compress(b"\n".join([good, *kept, *lines()]) + b"\n"))
    return build, lake


def test_no_address_is_stored(hostile):
    """Neither in what the text says nor in the bytes of the file; what is none stays."""
    build, lake = hostile
    load(build, lake)
    found = [text for text in texts(build) if text]
    assert len(found) == len(lines()) + len(KEPT)
    for part in {*ADDRESSES.values(), "3405803783", "203.0.113.9", "db8::77"}:
        assert not [text for text in found if part in text], part
        assert part.encode() not in build.duckdb_path.read_bytes() or len(part) < 6, part
    for text in KEPT:
        assert [one for one in found if text in one], text
    assert len([text for text in found if "90210" in text]) == 7


def test_no_address_of_parquet_is_stored(builds):
    build = builds("addresses_parquet")
    lake = build.folder / "lake"
    lake.mkdir()
    rows = [GOOD, *({"event_type": "zoom", "device_id": address} for address in ADDRESSES)]
    pq.write_table(
        pa.Table.from_pylist([GOOD | {"device_id": "", **row} for row in rows]), lake / "a.parquet"
    )
    load(build, lake, telemetry_format="parquet")
    found = [text for text in texts(build) if text]
    assert len(found) == len(ADDRESSES)
    for part in ADDRESSES.values():
        assert not [text for text in found if part in text], part


def test_text_is_whole_cut_or_none_and_for_so_many_days(hostile):
    """What is asked for holds of what earlier runs have kept, too."""
    build, lake = hostile
    load(build, lake)
    assert max(len(text or "") for text in texts(build)) > 60
    load(build, lake, rejected_text=20)
    assert max(len(text or "") for text in texts(build)) == 20
    (lake / "b.json").write_text(json.dumps({"event_type": "zoom", "note": "z" * 500}) + "\n")
    (lake / "c.json").write_text(json.dumps(GOOD | {"event_id": "e2"}) + "\n")
    load(build, lake, rejected_text="cut")
    assert max(len(text or "") for text in texts(build)) == 200
    build.execute(
        "update staging.base_telemetry__events set loaded_at = loaded_at - interval 3 day "
        "where source_file like '%b.json'"
    )
    load(build, lake, rejected_text_days=4)
    assert None not in texts(build)
    load(build, lake, rejected_text_days=2)
    assert texts(build).count(None) == 1
    load(build, lake, rejected_text="none")
    assert set(texts(build)) == {None}
    titles = build.folder / "titles.csv"
    for variables, words in (
        ({"rejected_text": "all"}, "var rejected_text is 'all'; set it to whole, cut"),
        ({"rejected_text_days": "many"}, "var rejected_text_days is 'many'; give a number"),
    ):
        done = build.dbt(*STAGING, telemetry_path=lake, titles_path=titles, **variables)
        assert done.returncode != 0
        assert words in done.stdout

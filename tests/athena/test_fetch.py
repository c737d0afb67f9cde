"""Trino is unpacked whole, and what is not whole is not used. A script stands in for Maven."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from athena import fetch
from athena.fetch import NAME, NEEDED, StandInError, flaw, server, unpack

LAUNCHER, HIVE, ICEBERG = NEEDED


def jar() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("Main.class", "main" * 100)
    return content.getvalue()


JAR = jar()
# A name in the archive to a file's bytes, or to the name that a hard link has.
Files = dict[str, bytes | str]
WHOLE: Files = {
    LAUNCHER: JAR,
    "lib/shared.jar": JAR,
    "plugin/delta-lake/parquet.jar": JAR,
    HIVE: JAR,
    "plugin/hive/parquet.jar": "plugin/delta-lake/parquet.jar",
    "plugin/hive/shared.jar": "lib/shared.jar",
    ICEBERG: JAR,
}


def archived(path: Path, files: Files, kind: bytes = tarfile.LNKTYPE) -> Path:
    """An archive as Trino's: of jars that are the same, all but the first are links to it."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{NAME}/{name}")
            if isinstance(content, str):
                member.type, member.linkname = kind, f"{NAME}/{content}"
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """Makes a Maven that fetches these files in place of Trino's, into an empty cache."""
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def fetching(files: Files) -> None:
        archive = archived(tmp_path / "fetched.tar.gz", files)
        script = tmp_path / "mvn"
        script.write_text(
            "#!/bin/sh\n"
            "for option; do\n"
            '    case "$option" in -Dmaven.repo.local=*) to="${option#*=}";; esac\n'
            "done\n"
            f'to="$to/io/trino/trino-server/{fetch.VERSION}"\n'
            f'mkdir -p "$to" && cp "{archive}" "$to/{NAME}.tar.gz"\n'
        )
        script.chmod(0o755)

    return fetching


def test_hard_links_are_unpacked_with_what_they_link_to(tmp_path):
    home = unpack(archived(tmp_path / "whole.tar.gz", WHOLE), tmp_path)
    assert {path.name for path in (home / "plugin").iterdir()} == {"hive", "iceberg"}
    for name in ("parquet.jar", "shared.jar"):
        assert (home / "plugin/hive" / name).read_bytes() == JAR


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"plugin/hive/shared.jar": b""}, "plugin/hive/shared.jar is an empty jar"),
        ({"lib/shared.jar": JAR[:-30]}, "lib/shared.jar is half a jar"),
        ({LAUNCHER: None}, f"{LAUNCHER} is missing"),
        ({HIVE: None}, f"{HIVE} is missing"),
        ({"lib/shared.jar": None}, "plugin/hive/shared.jar is a link to nothing"),
        ({"../outside.jar": JAR}, "outside.jar is outside"),
        ({"lib/passwd.jar": "../../passwd"}, "passwd is outside"),
    ],
)
def test_what_is_not_whole_is_refused_in_one_line(tmp_path, files, reason):
    content = {name: data for name, data in (WHOLE | files).items() if data is not None}
    with pytest.raises(StandInError) as error:
        unpack(archived(tmp_path / "damaged.tar.gz", content), tmp_path / "unpacked")
    (line,) = str(error.value).splitlines()
    assert reason in line and "run make athena again" in line


@pytest.mark.parametrize("name", ["/etc/passwd", "elsewhere/a.jar", f"{NAME}/../a.jar", ""])
def test_a_name_outside_trinos_folder_is_refused(tmp_path, name):
    with pytest.raises(StandInError, match="is outside"):
        fetch._inside(tmp_path, name)


def test_a_symbolic_link_is_refused(tmp_path):
    archive = archived(tmp_path / "symbolic.tar.gz", WHOLE, tarfile.SYMTYPE)
    with pytest.raises(StandInError, match="is no file, folder or hard link"):
        unpack(archive, tmp_path)


@pytest.mark.parametrize("share", [0, 0.5, 0.9])
def test_an_archive_cut_short_is_refused_in_one_line(tmp_path, share):
    archive = archived(tmp_path / "cut.tar.gz", WHOLE | {"lib/large.jar": os.urandom(100_000)})
    archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * share)])
    with pytest.raises(StandInError) as error:
        unpack(archive, tmp_path)
    (line,) = str(error.value).splitlines()
    assert "came damaged" in line


def test_trino_is_fetched_once_and_kept_once(maven, monkeypatch, tmp_path):
    maven(WHOLE)
    home = server()
    assert flaw(home) is None
    assert [path.name for path in fetch.CACHE.iterdir()] == [NAME]
    (tmp_path / "mvn").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert server() == home


def test_after_a_damaged_archive_the_next_try_fetches_anew(maven):
    maven(WHOLE | {"plugin/hive/shared.jar": b""})
    with pytest.raises(StandInError, match="is an empty jar"):
        server()
    assert list(fetch.CACHE.iterdir()) == []
    maven(WHOLE)
    assert flaw(server()) is None


@pytest.mark.parametrize(
    "files",
    [
        {name: b"" if isinstance(data, str) else data for name, data in WHOLE.items()},
        {name: data for name, data in WHOLE.items() if not name.startswith("plugin/iceberg")},
    ],
    ids=["links are empty files", "half unpacked"],
)
def test_a_folder_that_is_not_whole_is_replaced(maven, capfd, files):
    """As other versions of this project left it, whatever they marked it as."""
    home = fetch.CACHE / NAME
    for name, data in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else JAR)
    (home / ".complete").touch()
    maven(WHOLE)
    assert flaw(server()) is None
    assert f"{home} is not used" in capfd.readouterr().err


def test_an_unpacking_that_was_killed_leaves_nothing_that_is_used(maven, monkeypatch):
    maven(WHOLE)
    extract = fetch._extract

    def killed(members, member, folder):
        extract(members, member, folder)
        if member.name.endswith(HIVE):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetch, "_extract", killed)
        with pytest.raises(KeyboardInterrupt):
            server()
    assert not (fetch.CACHE / NAME).exists()
    assert flaw(server()) is None


def test_a_cache_that_cannot_be_written_is_named_in_one_line(maven):
    maven(WHOLE)
    fetch.CACHE.write_text("a file, not a folder")
    with pytest.raises(StandInError) as error:
        server()
    (line,) = str(error.value).splitlines()
    assert str(fetch.CACHE) in line and "XDG_CACHE_HOME" in line

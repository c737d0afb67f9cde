"""Amazon's JDBC driver for Athena, which Tableau opens Athena with, on the stand-in.

Java runs in a process of its own, so that the tests' own stays without. The driver is the jar that
the package pyathenajdbc carries; its program is not used.
"""

import atexit
import importlib.util
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jpype

from athena import engine, stand_in

# Java's values as DuckDB's driver would have them.
PYTHON: dict[str, Callable[[Any], Any]] = {
    "java.lang.Boolean": bool,
    "java.lang.Integer": int,
    "java.lang.Long": int,
    "java.lang.Double": float,
    "java.lang.String": str,
    "java.math.BigDecimal": lambda value: Decimal(str(value)),
    "java.sql.Date": lambda value: date.fromisoformat(str(value)),
    "java.sql.Timestamp": lambda value: datetime.fromisoformat(str(value)),
}

Rows = list[dict[str, Any]]

_connection: Any = None  # of the process with Java


class DriverError(Exception):
    """What the driver says is wrong."""


class Driver:
    """An open connection of the driver's; what it answers, as rows."""

    def __init__(self, process: ProcessPoolExecutor) -> None:
        self.process = process

    def rows(self, query: str) -> Rows:
        return self.process.submit(_rows, query).result()

    def types(self, query: str) -> dict[str, str]:
        """The types of a query's columns, before it is run; `?` is a parameter."""
        return self.process.submit(_types, query).result()

    def metadata(self, method: str, *arguments: str | None) -> Rows:
        """What a method of java.sql.DatabaseMetaData answers."""
        return self.process.submit(_metadata, method, *arguments).result()


@contextmanager
def connected(server: stand_in.StandIn, schema: str, **properties: str) -> Iterator[Driver]:
    """The driver, connected as Tableau does but for where Athena is and how results are fetched."""
    gateway = f"127.0.0.1:{server.tls_port}"
    known = {
        "S3OutputLocation": server.environment["PLAYHEAD_ATHENA_OUTPUT"],
        "Workgroup": "primary",
        "Schema": schema,
        "UID": "testing",
        "PWD": "testing",
        "EndpointOverride": gateway,
        "GlueEndpointOverride": gateway,
        # Else by a service of Athena's that is not documented.
        "UseResultsetStreaming": "0",
    }
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        process.submit(_connect, known | properties).result()
        yield Driver(process)


def _connect(properties: dict[str, str]) -> None:
    global _connection
    package = importlib.util.find_spec("pyathenajdbc")
    assert package is not None and package.origin is not None
    os.environ["JAVA_HOME"] = str(engine.java().parents[1])
    jpype.startJVM(
        "-Xmx256m",
        "-Duser.timezone=UTC",
        # The gateway's certificate is its own.
        "-Dcom.simba.athena.amazonaws.sdk.disableCertChecking=true",
        "--enable-native-access=ALL-UNNAMED",
        classpath=[str(Path(package.origin).with_name("AthenaJDBC42.jar"))],
    )
    # Else the process stays a minute longer, until the driver's last idle thread has gone.
    atexit.register(os._exit, 0)
    listed = jpype.JClass("java.util.Properties")()
    for name, value in properties.items():
        listed.setProperty(name, value)
    driver = jpype.JClass("com.simba.athena.jdbc.Driver")()
    _connection = _asked(driver.connect, "jdbc:awsathena://AwsRegion=us-east-1;", listed)


def _rows(query: str) -> Rows:
    statement = _connection.createStatement()
    return _read(_asked(statement.executeQuery, query))


def _types(query: str) -> dict[str, str]:
    columns = _asked(lambda: _connection.prepareStatement(query).getMetaData())
    types = {}
    for number in range(1, columns.getColumnCount() + 1):
        kind = str(columns.getColumnTypeName(number))
        digits = f"({columns.getPrecision(number)},{columns.getScale(number)})"
        types[str(columns.getColumnLabel(number))] = kind + digits * (kind == "decimal")
    return types


def _metadata(method: str, *arguments: str | None) -> Rows:
    return _read(_asked(getattr(_connection.getMetaData(), method), *arguments))


def _asked(method: Callable[..., Any], *arguments: Any) -> Any:
    """Java's exceptions cannot leave their process."""
    try:
        return method(*arguments)
    except jpype.JException as error:
        raise DriverError(str(error)) from None


def _read(found: Any) -> Rows:
    columns = found.getMetaData()
    numbers = range(1, columns.getColumnCount() + 1)
    names = {number: str(columns.getColumnLabel(number)) for number in numbers}
    rows = []
    while _asked(found.next):
        rows.append({name: _value(found.getObject(number)) for number, name in names.items()})
    return rows


def _value(value: Any) -> Any:
    return None if value is None else PYTHON[str(value.getClass().getName())](value)

"""A server that answers as Athena does, with Trino behind it; all else it asks moto.

    dbt-athena → boto3 → this gateway ── Athena ─────────→ Trino
                                      └─ S3, Glue, STS ──→ moto, in this process

Trino asks it too, for Glue and S3, and drivers of BI tools do. What moto's Glue lacks, it answers
itself.
"""

import base64
import json
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import boto3
import requests
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

from athena.statements import (
    AddColumns,
    CreateDatabase,
    DropDatabase,
    DropTable,
    ExternalTable,
    OfIcebergTable,
    Query,
    SetProperties,
    Statement,
    UnknownStatementError,
    translate,
)

PAGE = 1000
HISTORY_PAGE = 50
CATALOG = {"CatalogName": "AwsDataCatalog", "Type": "GLUE"}
# What Athena tells of a result's column whose type has no number in it.
PRECISIONS = {"varchar": 2147483647, "bigint": 19, "integer": 10, "double": 17, "timestamp": 3}
# What Trino calls a type, and Hive.
HIVE_TYPES = {"varchar": "string", "integer": "int", "real": "float", "varbinary": "binary"}
TRINO_TYPES = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}


class QueryError(Exception):
    """A query that Athena would fail; `name` is Trino's name of the error."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


@dataclass
class Execution:
    """A query, and what came of it."""

    sql: str
    database: str
    kind: str = "DML"
    state: str = "RUNNING"
    reason: str = ""
    error: str = ""
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    update_count: int = 0
    scanned_bytes: int = 0
    milliseconds: int = 0


class Trino:
    """Trino's own protocol: post a statement, and follow where it says to go on."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, sql: str, database: str, execution: Execution) -> None:
        headers = {
            "X-Trino-User": "playhead",
            "X-Trino-Catalog": "awsdatacatalog",
            "X-Trino-Schema": database,
            "X-Trino-Time-Zone": "UTC",
            # Else it says timestamp for timestamp(6), and gives three digits of it.
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
        }
        with requests.Session() as session:
            page = session.post(
                f"{self.url}/v1/statement", data=sql.encode(), headers=headers
            ).json()
            while True:
                if "error" in page:
                    raise QueryError(page["error"]["errorName"], page["error"]["message"])
                execution.columns = page.get("columns") or execution.columns
                execution.rows += page.get("data") or []
                execution.update_count = page.get("updateCount", execution.update_count)
                if "nextUri" not in page:
                    break
                page = session.get(page["nextUri"], headers=headers).json()
        execution.scanned_bytes += page["stats"].get("physicalInputBytes", 0)


class Athena:
    """The part of Athena's API that dbt-athena calls, PyAthena and the JDBC driver."""

    def __init__(self, trino: Trino, glue: Any) -> None:
        self.trino = trino
        self.glue = glue
        self.executions: dict[str, Execution] = {}
        self.tokens: dict[str, str] = {}
        self.lock = threading.Lock()

    def answer(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "StartQueryExecution": self.start,
            "GetQueryExecution": self.status,
            "ListQueryExecutions": self.history,
            "GetQueryResults": self.results,
            "StopQueryExecution": lambda body: {},
            "GetWorkGroup": self.work_group,
            "ListDataCatalogs": lambda body: {"DataCatalogsSummary": [CATALOG]},
            "ListDatabases": self.databases,
            "ListTableMetadata": self.tables,
            "GetTableMetadata": self.table_metadata,
        }[action](body)

    def start(self, body: dict[str, Any]) -> dict[str, Any]:
        """Who asks again with the same token, for want of an answer, gets the same query."""
        token, identifier = body["ClientRequestToken"], str(uuid.uuid4())
        with self.lock:
            if token in self.tokens:
                return {"QueryExecutionId": self.tokens[token]}
            self.tokens[token] = identifier
            execution = Execution(body["QueryString"], body["QueryExecutionContext"]["Database"])
            self.executions[identifier] = execution
        threading.Thread(target=self.run, args=(execution,), daemon=True).start()
        return {"QueryExecutionId": identifier}

    def run(self, execution: Execution) -> None:
        began = time.monotonic()
        try:
            statement = translate(execution.sql)
            execution.kind = statement.kind if isinstance(statement, Query) else "DDL"
            self.carry_out(statement, execution)
            execution.state = "SUCCEEDED"
        except QueryError as error:
            execution.error, execution.reason = error.name, str(error)
            execution.state = "FAILED"
        except UnknownStatementError as error:
            execution.error, execution.reason = "UNKNOWN_STATEMENT", str(error)
            execution.state = "FAILED"
        except Exception as error:
            execution.error, execution.reason = "STAND_IN", f"{type(error).__name__}: {error}"
            execution.state = "FAILED"
        execution.milliseconds = round(1000 * (time.monotonic() - began))

    def carry_out(self, statement: Statement, execution: Execution) -> None:
        match statement:
            case Query():
                if statement.iceberg_body:
                    self.refuse_short_timestamps(statement.iceberg_body, execution)
                self.trino.run(statement.sql, execution.database, execution)
            case OfIcebergTable():
                parameters = self.table(statement.database, statement.name)["Parameters"]
                if parameters.get("table_type", "").upper() != "ICEBERG":
                    raise QueryError("NOT_SUPPORTED", f"{statement.name} is no Iceberg table")
                for sql in statement.statements:
                    self.trino.run(sql, execution.database, execution)
            case CreateDatabase():
                databases = self.glue.get_databases()["DatabaseList"]
                if statement.name not in [database["Name"] for database in databases]:
                    self.glue.create_database(DatabaseInput={"Name": statement.name})
            case DropDatabase():
                self.glue.delete_database(Name=statement.name)
            case DropTable():
                self.glue.delete_table(DatabaseName=statement.database, Name=statement.name)
            case ExternalTable():
                self.create_external_table(statement)
            case SetProperties() | AddColumns():
                self.change_table(statement, execution)

    def refuse_short_timestamps(self, body: str, execution: Execution) -> None:
        """Athena takes no timestamp into an Iceberg table but with six digits; newer Trinos do."""
        probe = Execution("", execution.database)
        self.trino.run(f"select * from (\n{body}\n) limit 0", execution.database, probe)
        for column in probe.columns:
            match = re.fullmatch(r"timestamp\((\d+)\)(.*)", column["type"])
            if match is not None and match.group(1) != "6":
                raise QueryError(
                    "NOT_SUPPORTED",
                    f"Timestamp precision ({match.group(1)}) not supported for Iceberg. "
                    f'Use "timestamp(6){match.group(2)}" instead. Column {column["name"]}',
                )

    def table(self, database: str, name: str) -> dict[str, Any]:
        return self.glue.get_table(DatabaseName=database, Name=name)["Table"]

    def create_external_table(self, table: ExternalTable) -> None:
        if table.if_not_exists:
            tables = self.glue.get_tables(DatabaseName=table.database)["TableList"]
            if table.name in [known["Name"] for known in tables]:
                return
        io = "org.apache.hadoop.hive.ql.io."
        if "parquet" in table.serde:
            input_format, output_format = "MapredParquetInputFormat", "MapredParquetOutputFormat"
            input_format, output_format = f"parquet.{input_format}", f"parquet.{output_format}"
            input_format = io + input_format
        else:
            input_format = "org.apache.hadoop.mapred.TextInputFormat"
            output_format = "HiveIgnoreKeyTextOutputFormat"
        self.glue.create_table(
            DatabaseName=table.database,
            TableInput={
                "Name": table.name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"EXTERNAL": "TRUE", **table.properties},
                "PartitionKeys": [{"Name": n, "Type": t} for n, t in table.partition_keys],
                "StorageDescriptor": {
                    "Columns": [{"Name": n, "Type": t} for n, t in table.columns],
                    "Location": table.location,
                    "InputFormat": input_format,
                    "OutputFormat": io + output_format,
                    "SerdeInfo": {
                        "SerializationLibrary": table.serde,
                        "Parameters": table.serde_parameters,
                    },
                },
            },
        )

    def change_table(self, change: SetProperties | AddColumns, execution: Execution) -> None:
        table = self.table(change.database, change.name)
        is_iceberg = table["Parameters"].get("table_type", "").upper() == "ICEBERG"
        if isinstance(change, AddColumns) and is_iceberg:
            for name, kind in change.columns:
                sql = f'add column "{name}" {_trino_type(kind)}'
                self.trino.run(
                    f'alter table "iceberg"."{change.database}"."{change.name}" {sql}',
                    execution.database,
                    execution,
                )
            return
        if isinstance(change, AddColumns):
            columns = [{"Name": name, "Type": kind} for name, kind in change.columns]
            table["StorageDescriptor"]["Columns"] += columns
        else:
            table["Parameters"] |= change.properties
        keys = ("Name", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor")
        known = {key: table[key] for key in keys if key in table}
        self.glue.update_table(DatabaseName=change.database, TableInput=known)

    def status(self, body: dict[str, Any]) -> dict[str, Any]:
        identifier = body["QueryExecutionId"]
        execution = self.executions[identifier]
        # 233 is what Athena says of Iceberg's own errors.
        number = 233 if execution.error.startswith("ICEBERG") else 1
        status = {"State": execution.state}
        if execution.state == "FAILED":
            error = {"ErrorCategory": 2, "ErrorType": number, "ErrorMessage": execution.reason}
            status |= {"StateChangeReason": execution.reason, "AthenaError": error}
        return {
            "QueryExecution": {
                "QueryExecutionId": identifier,
                "Query": execution.sql,
                "StatementType": execution.kind,
                "Status": status,
                "Statistics": {
                    "DataScannedInBytes": execution.scanned_bytes,
                    "TotalExecutionTimeInMillis": execution.milliseconds,
                },
            }
        }

    def history(self, body: dict[str, Any]) -> dict[str, Any]:
        """A page of all queries there were, the newest first."""
        identifiers = list(self.executions)[::-1]
        start = int(body.get("NextToken", 0))
        end = start + body.get("MaxResults", HISTORY_PAGE)
        more = {"NextToken": str(end)} if len(identifiers) > end else {}
        return {"QueryExecutionIds": identifiers[start:end], **more}

    def results(self, body: dict[str, Any]) -> dict[str, Any]:
        """A page of rows as text; before the first row of a query, the columns' names."""
        execution = self.executions[body["QueryExecutionId"]]
        rows = [[_text(value) for value in row] for row in execution.rows]
        if execution.kind == "DML":
            rows.insert(0, [column["name"] for column in execution.columns])
        start = int(body.get("NextToken", 0))
        end = start + body.get("MaxResults", PAGE)
        more = {"NextToken": str(end)} if len(rows) > end else {}
        return {
            **more,
            "UpdateCount": execution.update_count,
            "ResultSet": {
                "Rows": [
                    {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
                    for row in rows[start:end]
                ],
                "ResultSetMetadata": {"ColumnInfo": [_column(c) for c in execution.columns]},
            },
        }

    def work_group(self, body: dict[str, Any]) -> dict[str, Any]:
        configuration = {"EnforceWorkGroupConfiguration": False, "ResultConfiguration": {}}
        return {"WorkGroup": {"Name": body["WorkGroup"], "Configuration": configuration}}

    def databases(self, body: dict[str, Any]) -> dict[str, Any]:
        known = self.glue.get_databases()["DatabaseList"]
        return {"DatabaseList": [{"Name": database["Name"]} for database in known]}

    def tables(self, body: dict[str, Any]) -> dict[str, Any]:
        known = self.glue.get_tables(DatabaseName=body["DatabaseName"])["TableList"]
        return {"TableMetadataList": [_metadata(table) for table in known]}

    def table_metadata(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"TableMetadata": _metadata(self.table(body["DatabaseName"], body["TableName"]))}


def _metadata(table: dict[str, Any]) -> dict[str, Any]:
    """A table of Glue's as Athena tells of it."""
    return {
        "Name": table["Name"],
        "TableType": table["TableType"],
        "Columns": table["StorageDescriptor"]["Columns"],
        "PartitionKeys": table.get("PartitionKeys", []),
        "Parameters": table.get("Parameters", {}),
    }


def _column(column: dict[str, Any]) -> dict[str, Any]:
    """What Athena says of a result's column: its type, digits and decimal places."""
    kind = _athena_type(column["type"])
    numbers = [int(number) for number in re.findall(r"\d+", column["type"])]
    precision, scale = numbers if kind == "decimal" else (PRECISIONS.get(kind, 0), 0)
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column["name"],
        "Label": column["name"],
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    }


def _athena_type(trino_type: str) -> str:
    """Athena tells a type without its numbers, but with a zone: `timestamp(6)` is `timestamp`."""
    return re.sub(r"\([^)]*\)", "", trino_type)


def _trino_type(hive_type: str) -> str:
    return TRINO_TYPES.get(hive_type, "timestamp(6)" if hive_type == "timestamp" else hive_type)


def _hive_type(trino_type: str) -> str:
    kind = trino_type if trino_type.startswith("decimal") else _athena_type(trino_type)
    return HIVE_TYPES.get(kind, kind)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def as_trino_view(table: dict[str, Any]) -> dict[str, Any]:
    """A view's columns, which Athena puts into Glue and Trino only into its own text; and the
    comment that Trino knows its views by, in place of a description.
    """
    text = table.get("ViewOriginalText", "")
    match = re.fullmatch(r"/\* Presto View: (.*) \*/", text, re.DOTALL)
    if match is None:
        return table
    columns = [
        {"Name": column["name"], "Type": _hive_type(column["type"])}
        for column in json.loads(base64.b64decode(match.group(1)))["columns"]
    ]
    storage = {**table.get("StorageDescriptor", {}), "Columns": columns}
    parameters = {**table.get("Parameters", {}), "comment": "Presto View"}
    view = {**table, "StorageDescriptor": storage, "Parameters": parameters}
    if description := view.pop("Description", ""):
        parameters["description"] = description
    return view


# What moto's Glue has no answer for, and Trino or a driver asks.
GLUE_STUBS: dict[str, dict[str, Any]] = {
    "GetColumnStatisticsForTable": {"ColumnStatisticsList": [], "Errors": []},
    "GetColumnStatisticsForPartition": {"ColumnStatisticsList": [], "Errors": []},
    "UpdateColumnStatisticsForTable": {"Errors": []},
    "UpdateColumnStatisticsForPartition": {"Errors": []},
    "DeleteColumnStatisticsForTable": {},
    "DeleteColumnStatisticsForPartition": {},
    "GetUserDefinedFunctions": {"UserDefinedFunctions": []},
    # Athena's JDBC driver, before it asks Glue for tables.
    "GetCatalogImportStatus": {"ImportStatus": {"ImportCompleted": True}},
}


EMPTY_LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<IsTruncated>false</IsTruncated><KeyCount>0</KeyCount>
</ListBucketResult>"""


def is_empty_listing(environ: dict[str, Any]) -> bool:
    """Whether a folder of S3 is to be listed that has no object. A year of projected partitions has
    nine thousand folders, most of them empty: too many for moto, which takes 12 ms for each.
    """
    query = parse_qs(environ.get("QUERY_STRING", ""))
    if environ["REQUEST_METHOD"] != "GET" or "list-type" not in query or "prefix" not in query:
        return False
    buckets = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].buckets
    name, (prefix,) = environ["PATH_INFO"].strip("/"), query["prefix"]
    keys = list(buckets[name].keys) if name in buckets else [prefix]
    return not any(key.startswith(prefix) for key in keys)


class RequestHandler(MotoRequestHandler):
    """Keeps connections open."""

    protocol_version = "HTTP/1.1"


class Gateway:
    """The WSGI application: by the header that names a service's action."""

    def __init__(self, athena: Athena) -> None:
        self.athena = athena
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if service == "AmazonAthena":
            body = Request(environ).get_json(force=True)
            return self.json(self.athena.answer(action, body))(environ, start_response)
        if service == "AWSGlue" and action in GLUE_STUBS:
            return self.json(GLUE_STUBS[action])(environ, start_response)
        if service == "AWSGlue" and action in ("CreateTable", "UpdateTable"):
            body = Request(environ).get_json(force=True)
            body["TableInput"] = as_trino_view(body["TableInput"])
            replaced = Request.from_values(
                json=body, environ_base=environ, headers=dict(Request(environ).headers)
            )
            environ = replaced.environ
        if is_empty_listing(environ):
            return Response(EMPTY_LISTING, content_type="application/xml")(environ, start_response)
        return self.moto(environ, start_response)

    def json(self, body: dict[str, Any]) -> Response:
        return Response(json.dumps(body), content_type="application/x-amz-json-1.1")


def main(port: int, tls_port: int, trino_url: str) -> None:
    """Serves on this machine only, with TLS and without; ends with the process.

    The JDBC driver speaks to nobody without TLS.
    """
    glue = boto3.client("glue", endpoint_url=f"http://127.0.0.1:{port}")
    gateway = Gateway(Athena(Trino(trino_url), glue))
    serve = partial(
        run_simple, "127.0.0.1", application=gateway, threaded=True, request_handler=RequestHandler
    )
    with_tls = {"port": tls_port, "ssl_context": "adhoc"}
    threading.Thread(target=serve, kwargs=with_tls, daemon=True).start()
    serve(port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

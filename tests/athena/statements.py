"""What a statement of Athena's becomes: SQL for Trino, or a change of the Glue catalog.

Athena is Trino for queries and Hive for definitions. Queries go to Trino as they are; so do the
queries within definitions. What neither knows is refused: a stand-in that guesses proves nothing.
"""

import re
from dataclasses import dataclass, field

LONGEST_QUERY = 262144
NAME = r'[`"]?(\w+)[`"]?\.[`"]?(\w+)[`"]?'


class UnknownStatementError(Exception):
    """A statement, or a part of one, that the stand-in has no answer for."""


@dataclass(frozen=True)
class Query:
    """SQL that Trino runs as it is."""

    sql: str
    kind: str = "DML"
    # Of an Iceberg table to be made: the query whose columns Athena would look at first.
    iceberg_body: str = ""


@dataclass(frozen=True)
class ExternalTable:
    """`create external table`: a table over files that are there."""

    database: str
    name: str
    columns: list[tuple[str, str]]
    partition_keys: list[tuple[str, str]]
    serde: str
    serde_parameters: dict[str, str]
    location: str
    properties: dict[str, str] = field(default_factory=dict)
    if_not_exists: bool = False


@dataclass(frozen=True)
class CreateDatabase:
    name: str


@dataclass(frozen=True)
class DropDatabase:
    name: str


@dataclass(frozen=True)
class DropTable:
    database: str
    name: str


@dataclass(frozen=True)
class SetProperties:
    database: str
    name: str
    properties: dict[str, str]


@dataclass(frozen=True)
class AddColumns:
    """Columns with their Hive types."""

    database: str
    name: str
    columns: list[tuple[str, str]]


@dataclass(frozen=True)
class OfIcebergTable:
    """SQL that is good for an Iceberg table only; Athena refuses it for any other."""

    database: str
    name: str
    statements: list[str]


Statement = (
    Query
    | ExternalTable
    | CreateDatabase
    | DropDatabase
    | DropTable
    | SetProperties
    | AddColumns
    | OfIcebergTable
)


def translate(text: str) -> Statement:
    """The statement behind Athena's SQL text."""
    if len(text.encode()) > LONGEST_QUERY:
        raise UnknownStatementError(
            f"a query has {len(text.encode())} bytes; Athena takes {LONGEST_QUERY}"
        )
    sql = re.sub(r"\A(\s*--[^\n]*\n)+", "", text).strip().rstrip(";").strip()
    words = sql.lower().split()
    match words[:2]:
        case [("select" | "with" | "insert" | "merge" | "update" | "delete"), *_]:
            return Query(sql)
        case ["explain", *_]:
            return Query(sql, "UTILITY")
        case ["create", "or"] if words[3:4] == ["view"]:
            return Query(sql, "DDL")
        case ["create", "table"]:
            return _create_table_as(sql)
        case ["create", "external"]:
            return _create_external_table(sql)
        case ["create", ("schema" | "database")]:
            return CreateDatabase(_only(r"\w+ \w+ (?:if not exists )?[`\"]?(\w+)[`\"]?", sql)[0])
        case ["drop", ("schema" | "database")]:
            return DropDatabase(_only(r"\w+ \w+ (?:if exists )?[`\"]?(\w+)[`\"]?( \w+)?", sql)[0])
        case ["drop", "table"]:
            return DropTable(*_only(rf"drop table (?:if exists )?{NAME}", sql))
        case ["drop", "view"]:
            return Query(sql, "DDL")
        case ["alter", "table"]:
            return _alter_table(sql)
        case ["optimize", _]:
            database, name = _only(
                r"optimize (?:\w+\.)?(\w+)\.(\w+) rewrite data using bin_pack(?: where .*)?", sql
            )
            table = f'alter table "iceberg"."{database}"."{name}"'
            return OfIcebergTable(database, name, [f"{table} execute optimize"])
        case ["vacuum", _]:
            database, name = _only(r"vacuum (?:\w+\.)?(\w+)\.(\w+)", sql)
            table = f'alter table "iceberg"."{database}"."{name}"'
            expire = f"{table} execute expire_snapshots(retention_threshold => '0s')"
            return OfIcebergTable(database, name, [expire])
    raise UnknownStatementError(f"the stand-in does not know this statement: {sql[:300]}")


def _only(pattern: str, sql: str) -> tuple[str, ...]:
    """The groups of a pattern that is all of the statement, but for its white space."""
    match = re.fullmatch(pattern, " ".join(sql.split()), re.IGNORECASE)
    if match is None:
        raise UnknownStatementError(f"the stand-in does not know this statement: {sql[:300]}")
    return match.groups()


def _create_table_as(sql: str) -> Query:
    """Iceberg goes to Trino's catalog of that name; what Trino has no property for is left out."""
    head = re.match(
        r'create table ("\w+"\."\w+"\."\w+")\s+with \(', sql.replace("\n", " "), re.IGNORECASE
    )
    if head is None:
        raise UnknownStatementError(f"the stand-in does not know this table: {sql[:300]}")
    end = _closing(sql, head.end() - 1)
    body = re.sub(r"\A\s*as\s", "", sql[end + 1 :], flags=re.IGNORECASE).strip()
    properties = dict(_property(item) for item in _items(sql[head.end() : end]))
    name, table_type = head.group(1), properties.pop("table_type", "'hive'").strip("'")
    is_external = properties.pop("is_external", "true")
    if is_external != ("false" if table_type == "iceberg" else "true"):
        raise UnknownStatementError(f"a {table_type} table with is_external={is_external}")
    if table_type == "hive":
        properties.pop("write_compression", None)
        return Query(_table(name, properties, body))
    for key in [key for key in properties if key.startswith("vacuum_")]:
        del properties[key]
    properties.pop("write_compression", None)
    properties["format_version"] = "2"
    name = re.sub(r'^"\w+"', '"iceberg"', name)
    return Query(_table(name, properties, body), iceberg_body=body)


def _table(name: str, properties: dict[str, str], body: str) -> str:
    listed = ", ".join(f"{key} = {value}" for key, value in properties.items())
    return f"create table {name} with ({listed}) as\n{body}"


def _property(item: str) -> tuple[str, str]:
    key, _, value = item.partition("=")
    return key.strip().strip("'").lower(), value.strip()


def _closing(sql: str, opening: int) -> int:
    """Where the bracket that opens at a place is closed; brackets in quotes do not count."""
    depth, quote = 0, ""
    for place in range(opening, len(sql)):
        character = sql[place]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth == 0:
                return place
    raise UnknownStatementError(f"a bracket is not closed: {sql[opening : opening + 200]}")


def _items(text: str) -> list[str]:
    """What commas part, but for those within brackets and quotes."""
    items, start, place = [], 0, 0
    while place < len(text):
        if text[place] in "([":
            place = _closing(text, place)
        elif text[place] in "'\"`":
            place = text.index(text[place], place + 1)
        elif text[place] == ",":
            items.append(text[start:place])
            start = place + 1
        place += 1
    return [item.strip() for item in [*items, text[start:]] if item.strip()]


def _columns(text: str) -> list[tuple[str, str]]:
    return [
        (name.strip('`"'), " ".join(kind.split()).lower())
        for name, _, kind in (item.partition(" ") for item in _items(text))
    ]


def _quoted(text: str) -> dict[str, str]:
    """The pairs of a Hive list of properties."""
    pairs = dict(_property(item) for item in _items(text))
    return {key: value.strip("'\"") for key, value in pairs.items()}


def _clauses(sql: str) -> dict[str, str]:
    """The clauses of Hive's `create external table` after its columns, by their first words."""
    clauses, rest = {}, sql
    patterns = {
        "partitioned by": r"partitioned by \(",
        "row format serde": r"row format serde '([^']*)'",
        "with serdeproperties": r"with serdeproperties \(",
        "stored as": r"stored as (\w+)",
        "location": r"location '([^']*)'",
        "tblproperties": r"tblproperties \(",
    }
    while rest.strip():
        rest = rest.strip()
        for name, pattern in patterns.items():
            match = re.match(pattern.replace(" ", r"\s+"), rest, re.IGNORECASE)
            if match is not None and match.groups():
                clauses[name], rest = match.group(1), rest[match.end() :]
                break
            if match is not None:
                end = _closing(rest, match.end() - 1)
                clauses[name], rest = rest[match.end() : end], rest[end + 1 :]
                break
        else:
            raise UnknownStatementError(f"the stand-in does not know this clause: {rest[:200]}")
    return clauses


def _create_external_table(sql: str) -> ExternalTable:
    head = re.match(
        rf"create\s+external\s+table\s+(if\s+not\s+exists\s+)?{NAME}\s*\(", sql, re.IGNORECASE
    )
    if head is None:
        raise UnknownStatementError(f"the stand-in does not know this table: {sql[:300]}")
    end = _closing(sql, head.end() - 1)
    clauses = _clauses(sql[end + 1 :])
    if clauses.get("stored as", "textfile").lower() not in ("textfile", "parquet"):
        raise UnknownStatementError(f"the stand-in does not store as {clauses['stored as']}")
    parquet = clauses.get("stored as", "").lower() == "parquet"
    serdes = "org.apache.hadoop.hive."
    default = f"{serdes}ql.io.parquet.serde.ParquetHiveSerDe" if parquet else ""
    return ExternalTable(
        database=head.group(2),
        name=head.group(3),
        columns=_columns(sql[head.end() : end]),
        partition_keys=_columns(clauses.get("partitioned by", "")),
        serde=clauses.get("row format serde") or default or f"{serdes}serde2.lazy.LazySimpleSerDe",
        serde_parameters=_quoted(clauses.get("with serdeproperties", "")),
        location=clauses["location"],
        properties=_quoted(clauses.get("tblproperties", "")),
        if_not_exists=bool(head.group(1)),
    )


def _alter_table(sql: str) -> Statement:
    text = " ".join(sql.split())
    head = re.match(rf"alter table {NAME} ", text, re.IGNORECASE)
    if head is None:
        raise UnknownStatementError(f"the stand-in does not know this statement: {sql[:300]}")
    database, name = head.groups()
    rest = text[head.end() :]
    table = f'"iceberg"."{database}"."{name}"'
    if match := re.fullmatch(r"set tblproperties \((.*)\)", rest, re.IGNORECASE):
        return SetProperties(database, name, _quoted(match.group(1)))
    if match := re.fullmatch(r"add columns ?\((.*)\)", rest, re.IGNORECASE):
        return AddColumns(database, name, _columns(match.group(1)))
    if match := re.fullmatch(rf"rename to {NAME}", rest, re.IGNORECASE):
        new = '"iceberg"."{}"."{}"'.format(*match.groups())
        return OfIcebergTable(database, name, [f"alter table {table} rename to {new}"])
    if match := re.fullmatch(r"drop column [`\"]?(\w+)[`\"]?", rest, re.IGNORECASE):
        return OfIcebergTable(
            database, name, [f'alter table {table} drop column "{match.group(1)}"']
        )
    raise UnknownStatementError(f"the stand-in does not know this statement: {sql[:300]}")

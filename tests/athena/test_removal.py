"""What masks addresses masks the same on Trino as on DuckDB."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
from conftest import ROOT
from jinja2 import Environment
from test_privacy import ADDRESSES, KEPT

from athena.gateway import Execution, Trino

if TYPE_CHECKING:
    from athena import stand_in

TEXTS = [
    *(f"from {text} it was" for text in (*ADDRESSES, *KEPT)),
    *('{"ip_address": "' + text for text in ADDRESSES),
    *(json.dumps({"inner": json.dumps({"a": text})}) for text in ADDRESSES),
    '{"clientIp": 3405803783, "zip": 90210}',
    "ip=3405803783 zip=90210",
]


def rendered(path: str, macro: str, argument: str, **known: Callable[..., str]) -> str:
    """The SQL of a macro, where dbt is not: with stand-ins for those that it calls."""
    environment = Environment(extensions=["jinja2.ext.do"])
    module = environment.from_string((ROOT / path).read_text(), globals=known).module
    return str(getattr(module, macro)(argument))


def rows(texts: tuple[str, ...] | list[str], expression: str) -> str:
    values = ", ".join("('" + text.replace("'", "''") + "')" for text in texts)
    return f"select x, {expression} as y from (values {values}) as listed (x)"


def answer(server: "stand_in.StandIn", sql: str) -> dict[str, Any]:
    execution = Execution(sql, "default")
    Trino(server.trino_url).run(sql, "default", execution)
    return dict(map(tuple, execution.rows))


def test_addresses_are_masked_as_on_duckdb(server):
    path, masked = "macros/masked_addresses.sql", "masked_addresses"
    replacing = "macros/dialect/replace_all.sql"
    environment = Environment().from_string((ROOT / replacing).read_text()).module
    engines = {
        "duckdb": environment.duckdb__replace_all,
        "trino": environment.default__replace_all,
    }
    queries = {
        name: rows(TEXTS, rendered(path, masked, "x", replace_all=replace))
        for name, replace in engines.items()
    }
    expected = dict(duckdb.sql(queries["duckdb"]).fetchall())
    assert answer(server, queries["trino"]) == expected
    assert "[ip]" in expected["ip=3405803783 zip=90210"]

"""The published marts: every question opens the file anew, reads only, and gets a small answer."""

import os
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st


class UnavailableError(Exception):
    """There are no marts to read; the message is one line that says what to do."""


def path() -> Path:
    """The file to read: PLAYHEAD_MARTS_PATH, or the one published beside the build file."""
    if named := os.environ.get("PLAYHEAD_MARTS_PATH"):
        return Path(named)
    build_file = Path(os.environ.get("PLAYHEAD_DUCKDB_PATH") or "playhead.duckdb")
    return build_file.with_stem(f"{build_file.stem}_marts")


def ask(query: str, **parameters: Any) -> pd.DataFrame:
    """The rows of a query, given the parameters it names; times are in UTC.

    An answer is kept until the file is replaced. Raises UnavailableError without a file, and
    duckdb.Error where it is not what dbt builds today.
    """
    file = path()
    try:
        published = file.stat()
    except OSError:
        raise UnavailableError(
            f"{file} does not exist: run `make demo`, or name another in PLAYHEAD_MARTS_PATH."
        ) from None
    names = set(re.findall(r"\$(\w+)", query))
    named = {name: value for name, value in parameters.items() if name in names}
    return _answer(str(file), (published.st_mtime_ns, published.st_ino), query, named)


def ask_one(query: str, **parameters: Any) -> pd.Series:
    """The only row of a query."""
    return ask(query, **parameters).iloc[0]


@st.cache_data(show_spinner=False, max_entries=500)
def _answer(
    file: str, published: tuple[int, int], query: str, parameters: dict[str, Any]
) -> pd.DataFrame:
    with duckdb.connect() as connection:
        # Under a name of our own: a file called marts.duckdb would hide its schema `marts`.
        quoted = file.replace("'", "''")
        connection.execute(f"attach '{quoted}' as published (read_only)")
        connection.execute("use published")
        connection.execute("set enable_progress_bar = false")
        rows = connection.execute(query, parameters).df()
    # Without a zone a browser would take a time for its reader's.
    return rows.assign(
        **{name: rows[name].dt.tz_localize("UTC") for name in rows.select_dtypes("datetime")}
    )

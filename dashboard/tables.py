"""Tables in which every row can be found: searched in DuckDB, sorted, taken along as CSV."""

from typing import Any

import marts
import pandas as pd
import state
import streamlit as st

# Rows that are sent to the browser; a search finds the others.
MOST_ROWS = 5000
# A spreadsheet would take a text that begins with one of these for a formula.
FORMULA = r"^(?=[=+\-@\t\r])"


def search(label: str, key: str) -> str:
    """What is sought, in lower case; also kept in the address."""
    (kept,) = state.recall(key)[:1] or [""]
    sought = st.text_input(label, kept, key=key, type="search", placeholder="part of a name or id")
    state.remember(key, [sought] if sought else [])
    return sought.lower()


def table(
    query: str,
    columns: dict[str, Any],
    key: str,
    says: str,
    **parameters: Any,
) -> str | None:
    """The rows of a query, whose first column is their id; returns the id of the row picked.

    `columns` are the names of the columns that are shown, with Streamlit's configuration of each.
    """
    rows = marts.ask(f"select * from ({query}) limit {MOST_ROWS + 1}", **parameters)
    if len(rows) > MOST_ROWS:
        rows = rows[:MOST_ROWS]
        st.caption(f"The first {MOST_ROWS:,}: search for the others.")
    picked = st.dataframe(
        rows,
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=min(36 * len(rows) + 38, 420),
        alt=says,
    )
    st.download_button(
        "CSV",
        lambda: csv(rows[list(columns)]),
        f"{key}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"{key}_csv",
    )
    (row,) = picked.selection.rows[:1] or [None]
    return None if row is None else str(rows.iloc[row, 0])


def csv(rows: pd.DataFrame) -> str:
    """The rows as CSV; a text that a spreadsheet would run is quoted."""
    texts = rows.select_dtypes("str").columns
    return rows.assign(
        **{name: rows[name].str.replace(FORMULA, "'", regex=True) for name in texts}
    ).to_csv(index=False)

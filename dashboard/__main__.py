"""Starts the dashboard: `make dashboard`.

It does what `streamlit run dashboard/app.py` does, once the libraries that the pages use are there:
else the first reader waits for them, a second or more.
"""

import sys
from pathlib import Path

import altair  # noqa: F401
import duckdb  # noqa: F401
import pandas  # noqa: F401
from streamlit.web import cli

cli.main(["run", str(Path(__file__).with_name("app.py")), *sys.argv[1:]], prog_name="streamlit")

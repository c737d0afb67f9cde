"""What dbt-duckdb asks before it opens the build file; `profiles.yml` names this module."""

from pathlib import Path
from typing import Any

import duckdb
from build_file import in_one_line, keep_private
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """The build file is private from its first byte, and one that cannot be opened is a line."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keeps the mode that the profile asks for."""
        self.mode = str(plugin_config["file_mode"])
        self.first: duckdb.DuckDBPyConnection | None = None

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Opens the file before dbt does, which would end with a traceback where it cannot."""
        if creds.path == ":memory:":
            return
        path = Path(creds.path)
        try:
            keep_private(path, self.mode)
            self.first = duckdb.connect(creds.path, config=dict(config))
        except ValueError as error:
            raise DbtRuntimeError(str(error)) from None
        except duckdb.Error as error:
            raise DbtRuntimeError(in_one_line(error, path)) from None

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Lets go: dbt's own connection holds the same open file."""
        if self.first:
            self.first.close()
            self.first = None

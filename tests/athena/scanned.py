"""What each model scans on Athena in a run that lands a day, counted on the stand-in.

python tests/athena/scanned.py [PROJECT …]
builds three days of a small lake, lands the fourth, and prints the bytes that the second run scans:
a table in Markdown with a column for each project, a checkout of this repository; without any, for
this one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))

from athena import engine, stand_in  # noqa: E402

ROOT = TESTS.parent
GENERATED = ("--days", "4", "--scale", "0.003", "--faults", "realistic")
MONTH = "telemetry/year=2025/month=03"
HELD, LANDS = ("03", "04", "05"), ("06",)
MAKE_TABLE = ("run-operation", "create_telemetry_table", "--args")
YEAR = '{"first_year": 2025, "last_year": 2025}'
NO_MODEL = "before any model"


def queries(client: Any) -> list[str]:
    """The ids of all queries there were, the newest first, as Athena lists them."""
    pages = client.get_paginator("list_query_executions").paginate()
    return [identifier for page in pages for identifier in page["QueryExecutionIds"]]


def status(client: Any, identifier: str) -> dict[str, Any]:
    return client.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]


def scanned_bytes(client: Any, identifiers: list[str]) -> Counter[str]:
    """The bytes that queries have scanned, by the model that dbt's comment in a query names."""
    scanned: Counter[str] = Counter()
    for identifier in identifiers:
        execution = status(client, identifier)
        model = re.search(r'"node_id": "model\.\w+\.(\w+)"', execution["Query"])
        name = model.group(1) if model else NO_MODEL
        scanned[name] += execution["Statistics"]["DataScannedInBytes"]
    return scanned


def scanned_by_a_day(
    server: stand_in.StandIn, project: Path, lake: Path, name: str
) -> Counter[str]:
    """Builds a project's models of three days, and counts what the run of the fourth scans."""
    environment = os.environ | server.environment | {"PLAYHEAD_ATHENA_SCHEMA": name}
    folders = {f"DBT_{kind}_PATH": str(lake / name / kind) for kind in ("TARGET", "LOG")}
    environment |= folders | {"DBT_PROFILES_DIR": str(project)}
    variables = json.dumps({"telemetry_path": f"s3://{stand_in.BUCKET}/{name}"})

    def dbt(*arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments]
        command += ["--target", "athena", "--vars", variables]
        subprocess.run(command, cwd=project, env=environment, check=True)

    def land(days: tuple[str, ...]) -> None:
        for day in days:
            stand_in.upload(server, lake / MONTH / f"day={day}", f"{name}/{MONTH[10:]}/day={day}")

    client: Any = server.client("athena")

    def narrow() -> None:
        """To one month: Trino lists each projected partition."""
        started = client.start_query_execution(
            QueryString=f"alter table `{name}_raw`.`telemetry` set tblproperties "
            "('projection.month.range' = '3,3')",
            QueryExecutionContext={"Catalog": "awsdatacatalog", "Database": f"{name}_raw"},
        )["QueryExecutionId"]
        while status(client, started)["Status"]["State"] == "RUNNING":
            time.sleep(0.1)

    land(HELD)
    dbt(*MAKE_TABLE, YEAR)
    narrow()
    dbt("seed")
    dbt("run")
    land(LANDS)
    before = set(queries(client))
    dbt("run")
    return scanned_bytes(client, [one for one in queries(client) if one not in before])


def table(scanned: dict[str, Counter[str]]) -> str:
    """In Markdown: a row a model, those that scan most first."""
    total = {
        name: Counter({"**all**": counts.total()}) + counts for name, counts in scanned.items()
    }
    names = sorted(set().union(*total.values()), key=lambda n: -max(c[n] for c in total.values()))
    rows = [f"| | {' | '.join(total)} |", f"|---|{'---:|' * len(total)}"]
    for name in names:
        cells = (f"{counts[name]:,}" if name in counts else "" for counts in total.values())
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main(projects: list[Path]) -> str:
    with tempfile.TemporaryDirectory() as folder, stand_in.started(Path(folder)) as server:
        lake = Path(folder) / "lake"
        script = ROOT / "scripts/generate_telemetry.py"
        generate = [sys.executable, str(script), "--output", str(lake)]
        subprocess.run([*generate, *GENERATED], check=True, stdout=subprocess.DEVNULL)
        scanned = {
            project.resolve().name: scanned_by_a_day(
                server, project.resolve(), lake, f"project_{number}"
            )
            for number, project in enumerate(projects)
        }
    return table(scanned)


if __name__ == "__main__":
    try:
        print(main([Path(name) for name in sys.argv[1:]] or [ROOT]))
    except engine.StandInError as error:
        sys.exit(str(error))

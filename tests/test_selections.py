"""Parts of the project are built from what is there, or one line says what to run; and it works."""

import json
import shlex

import pytest
import strategies
from comparison import deliver, differences, everything, titles_file
from conftest import BUILD, Build

# Each before those that need more, since what one needs is there for the next.
MARTS = (
    "daily_intake",
    "viewing_sessions",
    "playback_quality",
    "viewer_title_engagement",
    "title_retention",
    "title_performance",
    "viewing_concurrency",
    "daily_viewing",
    "viewer_segments",
    "viewing_now",
)
KEPT_MARTS = ("viewing_sessions", "viewer_title_engagement")


def remedy(output: str) -> list[str]:
    """The arguments of the command that the one line of an error ends with."""
    (line,) = [line for line in output.splitlines() if ": run dbt " in line]
    return shlex.split(line.partition(": run dbt ")[2])


@pytest.fixture(scope="module")
def lake(builds) -> tuple[Build, dict[str, object], list[list[dict[str, object]]]]:
    build = builds("selections")
    deliveries = [events for events in strategies.deliveries(20) if events]
    deliver(build.folder / "lake", deliveries[0], 0)
    variables = {"telemetry_path": build.folder / "lake", "titles_path": titles_file(build)}
    return build, variables, deliveries


def test_a_mart_of_a_fresh_file_says_what_to_run_and_that_works(lake):
    """What it is built from is not there; its tests are of no model that is not built."""
    build, variables, _ = lake
    stopped = 0
    for mart in MARTS:
        done = build.dbt(*BUILD, "--select", mart, **variables)
        if done.returncode:
            stopped += 1
            assert remedy(done.stdout) == ["build", "--select", f"+{mart}"]
            build.must(*remedy(done.stdout), *BUILD[1:], **variables)
    assert stopped >= 6, "marts whose input was there already, of those before them"
    build.must("run", **variables)
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []


def test_a_mart_of_an_old_file_is_rebuilt_from_what_is_there(lake):
    """More has landed: of that, nothing is derived. What is kept is not built by itself."""
    build, variables, deliveries = lake
    deliver(variables["telemetry_path"], deliveries[1], 1)
    before = everything(build)
    build.must("run", "--select", "+base_telemetry__events", **variables)
    for mart in KEPT_MARTS:
        for refresh in ([], ["--full-refresh"]):
            done = build.dbt("run", *refresh, "--select", mart, **variables)
            assert done.returncode != 0
            assert f"{mart} cannot be built without int_" in done.stdout
            assert remedy(done.stdout) == ["build", *refresh, "--select", f"+{mart}"]
    build.must("run", "--select", *(set(MARTS[1:]) - set(KEPT_MARTS)), **variables)
    assert differences(everything(build), before) == []
    # Of what is upstream of all that is kept, a part: it does not settle what the rest has to do.
    build.must("run", "--select", "+viewing_sessions", "int_settled", **variables)
    build.must("run", **variables)
    whole = build.beside("whole_of_both").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []


def test_a_part_built_whole_leaves_the_rest_as_good_as_ever(lake):
    """The remedy of a full refresh, of one of the kept models."""
    build, variables, _ = lake
    before = everything(build)
    done = build.dbt("run", "--full-refresh", "--select", "viewing_sessions", **variables)
    build.must(*remedy(done.stdout), *BUILD[1:], **variables)
    assert differences(everything(build), before) == []
    build.must("run", **variables)
    assert differences(everything(build), before) == []


def test_all_that_is_kept_is_settled_last(lake):
    """No kept model can be forgotten: int_settled comes after each."""
    build, *_ = lake
    manifest = json.loads((build.folder / "target" / "manifest.json").read_text())
    before, found = ["model.playhead.int_settled"], set()
    while before:
        parents = manifest["parent_map"][before.pop()]
        before += [parent for parent in parents if parent not in found]
        found.update(parents)
    kept = {
        name
        for name, node in manifest["nodes"].items()
        if node["config"]["materialized"] == "incremental"
    }
    assert kept - found == set()

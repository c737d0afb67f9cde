"""results.json to results.md and cost.png: targets, ratios to the bound, times and memory."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakes import FILE_COUNTS

# What is promised, as ratios to the bound …
RATIOS = {
    "spine": (6.0, "Parquet → `viewer_title_engagement`"),
    "all": (9.0, "Parquet → all marts"),
    "spine_ndjson": (10.0, "gzip NDJSON → `viewer_title_engagement`"),
}
# … of bytes, …
BUILD_FILE_RATIO = 1.8
# … of a full refresh's time, from so many events on …
INCREMENT_RATIOS = {100_000_000: 0.05, 10_000_000: 0.08}
# … of time, for ten times the events, and for twice the files …
GROWTH, FILES_GROWTH = 12.0, 2.4
# … of time a row, of a lake of heartbeats to one without them; and of its marts' size …
HEARTBEAT_RATIO, HEARTBEAT_MARTS_RATIO = 1.3, 1.1
# … in seconds, …
NOTHING_SECONDS, FILES_SECONDS = 1.5, 10.0
# … and of many events.
LARGE_SIZE, LARGE_MEMORY_MB = 100_000_000, 16_000
LARGE_MINUTES = {"spine": 6, "all": 10}
GENERATOR_EVENTS_A_SECOND = 200_000

STEPS = {
    "bound": "**the bound**: six columns sorted once",
    "staging": "typed, judged and stored, from Parquet",
    "staging_ndjson": "the same, from gzip NDJSON",
    "spine": "events → `viewer_title_engagement`, from Parquet",
    "spine_ndjson": "the same, from gzip NDJSON",
    "all": "full refresh of all models, from Parquet",
    "heartbeats": "the same of about as many rows, most of them heartbeats",
    "without_heartbeats": "the same of that viewing, without its heartbeats",
    "increment": "all models, the last 1 % landed",
    "late": "all models, then what was late landed",
    "nothing": "all models, nothing landed",
    "polars": "engagement by Polars, streaming",
    "pyspark": "engagement by PySpark, `local[2]`",
    "chdb": "engagement by chDB (ClickHouse)",
    "generate_parquet": "generator, Parquet",
    "generate_ndjson": "generator, gzip NDJSON",
}
PEERS = {"polars": "Polars", "pyspark": "PySpark", "chdb": "chDB"}
LINES = {
    "bound": "one sort of six columns (the bound)",
    "spine": "up to viewer_title_engagement",
    "all": "all marts",
    "increment": "increment of 1 %",
    **PEERS,
}
# Of how many small files the cost is told; that of the first is dbt's own start.
FEW_FILES, *MANY_FILES = FILE_COUNTS
FILE_CLOCKS = ("cpu_seconds", "seconds")
VERDICTS = {True: "met", False: "**not met**", None: "not comparable"}
# A model that takes less than this share of its run is left out.
LEAST_SHARE = 0.01

Size = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A promise, and whether a size keeps it; None where what was measured does not tell."""

    text: str
    size: str
    measured: str
    met: bool | None


def keep(folder: Path, measured: Size) -> None:
    """Put the numbers of one size in results.json, in place of those it had."""
    sizes = {size["size"]: size for size in _read(folder)} | {measured["size"]: measured}
    ordered = [sizes[size] for size in sorted(sizes)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps({"sizes": ordered}, indent=1) + "\n")


def render(folder: Path) -> None:
    """Draw results.md and cost.png from results.json."""
    sizes = _read(folder)
    (folder / "results.md").write_text(markdown(sizes))
    plot(sizes, folder / "cost.png")


def ratio(size: Size, step: str) -> float:
    """What a step takes, in sorts: seconds of its work ÷ seconds of the bound."""
    return size["steps"][step]["seconds"] / size["steps"]["bound"]["seconds"]


def rules_ratio(rules: dict[str, Any]) -> float:
    """What order and rules of all types of event take, in those of five types."""
    return rules["all_types"] / rules["five_types"]


def targets(sizes: Sequence[Size]) -> list[Target]:
    """Every target beside what was measured, for each size or pair of sizes that it is about."""
    found: list[Target] = []
    for size in sizes:
        for tell in (_of_ratios, _of_landing, _of_heartbeats, _of_files, _of_events_a_second):
            found += tell(size)
        if size["size"] >= LARGE_SIZE:
            found += _of_many_events(size)
    for small, large in _tenfold(sizes):
        found += _of_growth(small, large)
    return sorted(found, key=lambda target: target.text)


def _of_ratios(size: Size) -> Iterator[Target]:
    name, steps = _millions(size["size"]), size["steps"]
    for step, (limit, what) in RATIOS.items():
        if step in steps:
            value = ratio(size, step)
            text = f"{what} ≤ {limit:g} × the bound"
            yield Target(text, name, f"{value:.2f} ×", value <= limit)
    if {"spine", "polars"} <= steps.keys():
        value = steps["spine"]["seconds"] / steps["polars"]["seconds"]
        text = "Parquet → `viewer_title_engagement` faster than Polars, which stores nothing"
        yield Target(text, name, f"{value:.2f} × Polars' time", value < 1)
    if "build_mb" in size:
        value = size["build_mb"] / size["parquet_mb"]
        text = f"build file ≤ {BUILD_FILE_RATIO:g} × the lake's Parquet"
        yield Target(text, name, f"{value:.2f} ×", value <= BUILD_FILE_RATIO)


def _of_landing(size: Size) -> Iterator[Target]:
    name, steps = _millions(size["size"]), size["steps"]
    limits = [limit for least, limit in INCREMENT_RATIOS.items() if size["size"] >= least]
    if limits and {"increment", "all"} <= steps.keys():
        landed, refresh = steps["increment"], steps["all"]
        share = landed["seconds"] / refresh["seconds"]
        whole = landed["wall_seconds"] / refresh["wall_seconds"]
        text = f"landing 1 % ≤ {limits[0]:.0%} of a full refresh, of the models' time"
        measured = f"{share:.1%}; of the processes' time {whole:.1%}"
        yield Target(text, name, measured, share <= limits[0])
    if "nothing" in steps:
        seconds = steps["nothing"]["seconds"]
        text = f"models of a run with nothing new ≤ {NOTHING_SECONDS:g} s"
        measured = f"{seconds:.2f} s; the process {steps['nothing']['wall_seconds']:.2f} s"
        yield Target(text, name, measured, seconds <= NOTHING_SECONDS)


def _of_heartbeats(size: Size) -> Iterator[Target]:
    if "heartbeats" not in size or "all" not in size["steps"]:
        return
    name, lakes, steps = _millions(size["size"]), size["heartbeats"], size["steps"]
    a_row = steps["heartbeats"]["seconds"] / lakes["heartbeats"]["events"]
    value = a_row / (steps["all"]["seconds"] / size["events"])
    text = f"a row of ten-second heartbeats ≤ {HEARTBEAT_RATIO:g} × the time of any other"
    yield Target(text, name, f"{value:.2f} ×", value <= HEARTBEAT_RATIO)
    value = lakes["heartbeats"]["marts_mb"] / lakes["without_heartbeats"]["marts_mb"]
    text = f"marts of the same viewing told by heartbeats ≤ {HEARTBEAT_MARTS_RATIO:g} × as large"
    yield Target(text, name, f"{value:.2f} ×", value <= HEARTBEAT_MARTS_RATIO)


def _of_files(size: Size) -> Iterator[Target]:
    name = _millions(size["size"])
    if f"files_{MANY_FILES[-1]}_again" not in size["steps"]:
        return
    for again, what in (("", "new"), ("_again", "known")):
        half, whole = (file_seconds(size, count, again) for count in MANY_FILES)
        measured = f"{whole['cpu_seconds']:.1f} CPU s, {whole['seconds']:.1f} s"
        text = f"{MANY_FILES[-1]:,} {what} files, before any model: ≤ {FILES_SECONDS:g} s"
        yield Target(text, name, measured, max(whole.values()) <= FILES_SECONDS)
        # Below a second, what a sample misses weighs more than files do.
        grown = whole["cpu_seconds"] / max(half["cpu_seconds"], 0.5)
        text = f"twice the {what} files ≤ {FILES_GROWTH:g} × the CPU time, before any model"
        yield Target(text, name, f"{grown:.1f} ×", grown <= FILES_GROWTH)


def _of_events_a_second(size: Size) -> Iterator[Target]:
    if "generate_ndjson" in size["steps"]:
        rate = size["events"] / size["steps"]["generate_ndjson"]["seconds"]
        text = f"generator ≥ {GENERATOR_EVENTS_A_SECOND:,} events/s, gzip NDJSON"
        met = rate >= GENERATOR_EVENTS_A_SECOND
        yield Target(text, _millions(size["size"]), f"{rate:,.0f} events/s", met)


def _of_many_events(size: Size) -> Iterator[Target]:
    for step, limit in LARGE_MINUTES.items():
        if step in size["steps"]:
            minutes = size["steps"][step]["wall_seconds"] / 60
            peak = size["steps"][step]["peak_mb"]
            text = f"{RATIOS[step][1]} in ≤ {limit} minutes and 16 GB"
            met = minutes <= limit and peak <= LARGE_MEMORY_MB
            measured = f"{minutes:.1f} minutes, {peak / 1000:.1f} GB"
            yield Target(text, _millions(size["size"]), measured, met)


def _of_growth(small: Size, large: Size) -> Iterator[Target]:
    name = f"{_millions(small['size'])} → {_millions(large['size'])}"
    for step, what in (("spine", "`viewer_title_engagement`"), ("all", "all marts")):
        if step not in large["steps"] or step not in small["steps"]:
            continue
        times = large["steps"][step]["seconds"] / small["steps"][step]["seconds"]
        met, measured = times <= GROWTH * large["events"] / small["events"] / 10, f"{times:.1f} ×"
        # Of another state of the code, on another day, times are not those of this one.
        commits = [size["versions"]["commit"] for size in (small, large)]
        if commits[0] != commits[1]:
            met, measured = None, f"{measured}, of commits {commits[0]} and {commits[1]}"
        text = f"{what}: 10 × the events ≤ {GROWTH:.0f} × the time"
        yield Target(text, name, measured, met)


def file_seconds(size: Size, count: int, again: str = "") -> dict[str, float]:
    """Seconds of clock and CPU that so many files cost before any model, beside very few files."""
    many, few = (size["steps"][f"files_{number}{again}"] for number in (count, FEW_FILES))
    return {name: max(many[name] - few[name], 0) for name in FILE_CLOCKS}


def markdown(sizes: Sequence[Size]) -> str:
    """The page of results."""
    names = [_millions(size["size"]) for size in sizes]
    parts = [
        "# What it costs",
        "`make bench` wrote this page; change nothing here. The ratios are the result; the times "
        "are context, and depend on the machine.",
        "**The bound** is DuckDB sorting the six columns that the interval rules need (customer, "
        "session, title, time, position, watch time) once into a table, by the first four, from "
        "the same Parquet files, in the same run: before, between and after the rest. A **ratio** "
        "is a step's time ÷ the bound's, medians of repeated runs both. A refresh's time is "
        "the sum of its models' execution times, on-run-start hooks included (they read files "
        "too), one model after the other, DuckDB on two threads; it leaves out dbt's start. Those "
        "of the peers and the generator leave out their start, too. *Wall* and *CPU* are seconds "
        "of the whole process, *memory* is its highest resident set.",
        "![Cost against size](cost.png)",
        "## Targets",
        _table(
            ("target", "events", "measured", ""),
            (
                (target.text, target.size, target.measured, VERDICTS[target.met])
                for target in targets(sizes)
            ),
        ),
        "## Ratios to the bound",
        _table(
            ("", *names),
            ((text, *(_ratio_text(size, step) for size in sizes)) for step, text in STEPS.items()),
        ),
        "The peers compute fewer columns than the mart: no devices, no days, nothing of what is "
        "rejected, and nothing that a later run could begin from. Every value they give is "
        "compared with the mart's, and equal.",
        "## Heartbeats",
        "Players that report every ten seconds, and the same viewing without these reports.",
        _table(
            ("", "events", "seconds", "marts, published"),
            (
                (
                    f"{_millions(size['size'])}, {name.replace('_', ' ')}",
                    f"{lake['events']:,}",
                    f"{size['steps'][name]['seconds']:,.2f}",
                    f"{lake['marts_mb']:,.1f} MB",
                )
                for size in sizes
                for name, lake in size.get("heartbeats", {}).items()
            ),
        ),
        "## Many small files",
        "Seconds until the first model begins, less those of a lake of "
        f"{FEW_FILES} files: gzip NDJSON, two events a file.",
        _table(
            ("", "CPU", "seconds"),
            (
                (
                    f"{count:,} {what} files",
                    *(f"{file_seconds(size, count, again)[name]:,.1f}" for name in FILE_CLOCKS),
                )
                for size in sizes
                for count in MANY_FILES
                for again, what in (("", "new"), ("_again", "known"))
                if f"files_{count}{again}" in size["steps"]
            ),
        ),
        "## Order and rules",
        "CPU seconds, on one thread, from distinct events to what each owns: of the models, and of "
        "benchmarks/five_types.sql, the yardstick, which knows only start, pause, resume, stop and "
        "complete. A heartbeat it takes for a closing event: what it finds there is wrong, and "
        "only what it costs is of interest.",
        _table(
            ("lake", "events", "five types", "all types", "ratio"),
            (
                (
                    f"{_millions(size['size'])}, {name}",
                    f"{rules['events']:,}",
                    f"{rules['five_types']:,.2f} s",
                    f"{rules['all_types']:,.2f} s",
                    f"{rules_ratio(rules):.2f}",
                )
                for size in sizes
                for name, rules in size.get("rules", {}).items()
            ),
        ),
        "## Times and memory",
    ]
    for size in sizes:
        parts += [f"### {_millions(size['size'])} events", _context(size)]
        parts.append(
            _table(
                ("", "seconds", "wall", "CPU", "memory"),
                (
                    (
                        text,
                        f"{step['seconds']:,.2f}",
                        *(
                            f"{step[clock]:,.2f}" if clock in step else ""
                            for clock in ("wall_seconds", "cpu_seconds")
                        ),
                        f"{step['peak_mb']:,.0f} MB",
                    )
                    for name, text in STEPS.items()
                    if (step := size["steps"].get(name))
                ),
            )
        )
    parts += ["## Models", _models_text()]
    for size in sizes:
        parts += [f"### {_millions(size['size'])} events", _models(size)]
    return "\n\n".join(parts) + "\n"


def plot(sizes: Sequence[Size], path: Path) -> None:
    """Seconds against events, both by powers of ten, with the slope of n log n beside the bound."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from numpy import geomspace, log

    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for step, text in LINES.items():
        known = [size for size in sizes if step in size["steps"]]
        events = [size["events"] for size in known]
        seconds = [size["steps"][step]["seconds"] for size in known]
        style = "--" if step in PEERS else "-"
        if known:
            axes.plot(events, seconds, style, marker="o", label=text)
    first, last = sizes[0], sizes[-1]
    count = geomspace(first["events"], last["events"] * 1.01)
    least = first["steps"]["bound"]["seconds"] / (first["events"] * log(first["events"]))
    axes.plot(count, least * count * log(count), ":", color="grey", label="n log n")
    axes.set(xscale="log", yscale="log", xlabel="events", ylabel="seconds")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", frameon=False)
    figure.savefig(path, dpi=120, metadata={"Software": None})
    pyplot.close(figure)


def _read(folder: Path) -> list[Size]:
    path = folder / "results.json"
    return json.loads(path.read_text())["sizes"] if path.exists() else []


def _tenfold(sizes: Sequence[Size]) -> list[tuple[Size, Size]]:
    return [(a, b) for a in sizes for b in sizes if b["size"] == 10 * a["size"]]


def _millions(size: int) -> str:
    return f"{size / 1_000_000:g} M"


def _ratio_text(size: Size, step: str) -> str:
    if step in size["failed"]:
        return size["failed"][step]
    return f"{ratio(size, step):.2f}" if step in size["steps"] else "–"


def _context(size: Size) -> str:
    machine, versions = size["machine"], dict(size["versions"])
    commit = versions.pop("commit")
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    ndjson = f"{size['ndjson_mb']:,.0f} MB of gzip NDJSON or " if size["ndjson_mb"] else ""
    built = f"; the build file has {size['build_mb']:,.0f} MB" if "build_mb" in size else ""
    landed = "".join(
        f" {share:.2%} of the rows are the increment's."
        if name == "increment"
        else f" Late after that come {share:.2%}."
        for name, share in size["landed_shares"].items()
    )
    return (
        f"{size['measured_on']}, commit {commit}; {machine['cores']} cores of "
        f"{machine['processor']}, {machine['memory_gb']} GB, {machine['system']}; DuckDB's limit "
        f"{size['memory_limit']}; {packages}. {size['events']:,} events in {size['files']} files, "
        f"{ndjson}{size['parquet_mb']:,.0f} MB of Parquet{built}.{landed} "
        f"Runs of each step: {size['repeats']}."
        + "".join(f" Not measured, {name}: {text}." for name, text in size["failed"].items())
    )


def _models_text() -> str:
    return (
        "Of a full refresh from Parquet and of the increment, those that take 1 % of it or more. "
        "*Memory* is the process's highest while the model ran: what DuckDB still holds of earlier "
        "models is part of it."
    )


def _models(size: Size) -> str:
    models = size["models"]
    refresh, increment = models.get("all") or models["spine"], models.get("increment", {})
    sums = [sum(model["seconds"] for model in run.values()) for run in (refresh, increment)]
    rows = []
    for name, model in sorted(refresh.items(), key=lambda item: -item[1]["seconds"]):
        landed = increment.get(name, {"seconds": 0.0})["seconds"]
        if model["seconds"] >= LEAST_SHARE * sums[0] or landed > LEAST_SHARE * sums[1]:
            rows.append(
                (
                    _model_name(name),
                    f"{model['seconds']:,.2f}",
                    f"{model['seconds'] / size['steps']['bound']['seconds']:.2f}",
                    f"{model['peak_mb']:,.0f} MB",
                    f"{landed:,.2f}" if increment else "–",
                )
            )
    return _table(("model", "seconds", "ratio to the bound", "memory", "increment, seconds"), rows)


def _model_name(name: str) -> str:
    number = name.removeprefix("playhead-on-run-start-")
    return f"`{name}`" if number == name else f"on-run-start hook {int(number) + 1}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

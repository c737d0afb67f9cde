"""Whether another table holds the same engagement as a build, row for row.

    python benchmarks/compare.py DATABASE OTHER

`OTHER` is another build's DuckDB file, or a glob of Parquet files with some of the mart's columns.
Counts, texts and times must be equal, seconds to the millisecond, other numbers to nine decimals.
Prints how much was compared; exits with 1, and names the columns, where something differs.
"""

import sys

import duckdb

MART = "marts.viewer_title_engagement"
KEYS = ["customer_id", "title_id"]
OF_THE_RUN = ["loaded_at", "processed_at"]
TOLERANCE = 1.5e-9


def main(database: str, other: str) -> int:
    """Compare every column that both have, and return the exit code."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{database}' as build (read_only)")
        mart, relation = f"build.{MART}", f"read_parquet('{other}')"
        if other.endswith(".duckdb"):
            connection.execute(f"attach '{other}' as other (read_only)")
            relation = f"other.{MART}"
        types = dict(
            connection.execute(f"select column_name, column_type from (describe {mart})").fetchall()
        )
        names = [row[0] for row in connection.execute(f"describe from {relation}").fetchall()]
        names = [name for name in names if name not in KEYS + OF_THE_RUN]
        counts = ", ".join(
            f"count(*) filter (where {_differs(name, types[name])})" for name in names
        )
        rows, unmatched, *differing = connection.execute(f"""
            select
                count(*),
                count(*) filter (where mart.customer_id is null or other.customer_id is null),
                {counts}
            from {mart} as mart
            full join {relation} as other using ({", ".join(KEYS)})
        """).fetchall()[0]
    wrong = {name: count for name, count in zip(names, differing, strict=True) if count}
    print(f"{rows:,} rows, {len(names)} columns")
    if not wrong and not unmatched:
        return 0
    print(f"{unmatched:,} rows are in one alone; rows that differ, by column: {wrong}")
    return 1


def _differs(name: str, kind: str) -> str:
    mart, other = f"mart.{name}", f"cast(other.{name} as {kind})"
    if kind == "DOUBLE":
        # Two that lie beside a border of the ninth decimal may be rounded to either side of it.
        return f"({mart} is null) <> ({other} is null) or abs({mart} - {other}) > {TOLERANCE}"
    return f"{mart} is distinct from {other}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

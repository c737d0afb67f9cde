"""The page for the boss: its figures, that it asks for nothing, and that it prints on two pages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import hostile
import pytest
import report
from conftest import ROOT, Build
from publish_marts import publish

MOST_BYTES = 500_000


def rendered(file: Path, days: int = 7) -> str:
    return report.render(file, days)


def test_its_figures_are_those_of_the_marts(marts_files):
    page = rendered(marts_files["full"], days=1)
    with duckdb.connect(str(marts_files["full"]), read_only=True) as connection:
        days = connection.execute(report.periods.EDGES).fetchall()
        known = report.periods.calendar(days)
        ((viewers, before, name),) = connection.execute(
            """
            select count(distinct customer_id) filter (where started_at::date = $last),
                count(distinct customer_id) filter (where started_at::date = $last - 1),
                (select title_name from marts.viewing_sessions where started_at::date = $last
                    group by title_name order by sum(watch_seconds) desc limit 1)
            from marts.viewing_sessions
            """,
            {"last": known.last_whole},
        ).fetchall()
    assert f"<b>{viewers:,}</b>" in page
    assert f"{viewers / before - 1:+.1%}" in page
    assert report.text.html(name) in page


@pytest.mark.parametrize("kind", ["full", "bare"])
def test_it_is_light_and_asks_for_nothing(marts_files, kind):
    page = rendered(marts_files[kind])
    assert len(page.encode()) < MOST_BYTES
    assert not re.search(r"""(src|href)=|url\(|@import|<script|<link|https?:""", page)
    assert "nan" not in page.lower().replace("finance", "")


def test_text_of_the_data_is_text(marts_files, tmp_path):
    page = rendered(hostile.make_hostile(marts_files["full"], tmp_path / "hostile.duckdb"))
    assert report.text.html(hostile.TEXTS[1]) in page
    assert not re.search(r"<(img|script|iframe|a)\b", page)


@pytest.mark.parametrize("kind", ["full", "bare", "hostile"])
def test_it_prints_on_two_pages(marts_files, tmp_path, kind):
    chromium = shutil.which("chromium")
    if not chromium and os.environ.get("PLAYHEAD_REQUIRE_BROWSER") != "1":
        pytest.skip("no chromium: apt-get install -y chromium")
    file = marts_files.get(kind) or hostile.make_hostile(
        marts_files["full"], tmp_path / "hostile.duckdb"
    )
    page, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(rendered(file))
    subprocess.run(
        [str(chromium), "--headless", "--no-sandbox", f"--print-to-pdf={printed}", str(page)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 2


def test_it_lists_the_alerts_of_the_build(marts_files, tmp_path):
    build = Build(marts_files["full"].parent)
    limits = {"rebuffer_percentage": 0, "rejected_percentage": 0, "fewer_viewers_percentage": 0}
    done = build.dbt("test", "--select", "path:tests/alerts", alerts=limits)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("WARN") >= 2
    published = tmp_path / "marts.duckdb"
    publish(build.duckdb_path, published)
    page = rendered(published)
    assert "Rebuffer ratio, % of the last 7 days: " in page
    assert "Rows rejected, % of the last 7 landing dates: " in page
    # Three days have no weekday before.
    assert "1 of 3 alerts are quiet" in page


@pytest.mark.parametrize("made_by", ["nobody", "an empty lake", "something else"])
def test_without_marts_one_line_says_what_to_do(marts_files, tmp_path, made_by):
    file = tmp_path / "marts.duckdb"
    if made_by == "an empty lake":
        file = marts_files["empty"]
    elif made_by == "something else":
        file.write_text("not a database")
    command = [sys.executable, str(ROOT / "dashboard/report.py"), "--marts-file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("report: ") and str(file) in done.stderr

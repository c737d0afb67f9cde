"""What measures are called and what they mean: models/_glossary.md, which dbt and docs/ share."""

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "models" / "_glossary.md"
TERM = re.compile(r"{% docs glossary_(\w+) %}\s*\*\*(.+?)\*\*: (.+?)\s*{% enddocs %}", re.DOTALL)


@cache
def terms() -> dict[str, tuple[str, str]]:
    """Of each term its name and its meaning."""
    return {
        key: (name, " ".join(meaning.split()))
        for key, name, meaning in TERM.findall(FILE.read_text())
    }


def name(key: str) -> str:
    return terms()[key][0]


def meaning(key: str) -> str:
    return terms()[key][1]

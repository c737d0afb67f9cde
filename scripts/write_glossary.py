"""Write docs/glossary.md from models/_glossary.md: `python scripts/write_glossary.py`.

dbt's pages, the dashboard and the docs call a measure by one name, and say the same of it.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE, TARGET = ROOT / "models" / "_glossary.md", ROOT / "docs" / "glossary.md"
HEAD = """# Glossary

What the dashboard, `make demo` and the report call a measure, and what it is. The columns behind
them are in [the marts](marts.md), how they are computed in [the method](method.md). Written by
`scripts/write_glossary.py` from `models/_glossary.md`.
"""


def written() -> str:
    """The page: a section for each of the file's, a line a term."""
    text = re.sub(r"{% docs \w+ %}|{% enddocs %}", "", SOURCE.read_text())
    text = re.sub(r"^# ", "## ", text, flags=re.MULTILINE)
    return HEAD + "\n" + re.sub(r"\n\n\*\*", r"\n- **", text)


if __name__ == "__main__":
    TARGET.write_text(written())

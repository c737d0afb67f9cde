"""What a stranger's data holds, as text that is safe where it is shown: terminal, shell, YAML."""

import json
import shlex
from typing import Any

import yaml
from rich.markup import escape


def shown(value: Any, length: int | None = None) -> str:
    """A value as one line of a terminal: escapes, newlines and the like as text, `\\x1b`."""
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = "".join(letter if letter.isprintable() else _as_escape(letter) for letter in text)
    return text if length is None or len(text) <= length else text[: length - 1] + "…"


def marked_up(value: Any, length: int | None = None) -> str:
    """The same for rich, which would take `[red]` for its own."""
    return escape(shown(value, length))


def for_shell(value: str) -> str:
    """A value as one word of a shell."""
    return shlex.quote(shown(value))


def as_yaml(value: Any) -> str:
    """YAML that reads back as the value, and has nothing in it that a terminal would obey."""
    text = _dumped(value, allow_unicode=True)
    if all(letter.isprintable() or letter == "\n" for letter in text):
        return text
    return _dumped(value, allow_unicode=False)


class _Dumper(yaml.SafeDumper):
    """Without `&id001` where a rule stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dumped(value: Any, allow_unicode: bool) -> str:
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=allow_unicode, width=1_000_000
    )


def _as_escape(letter: str) -> str:
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")

"""Who may read the build file and what is made of it, and what to say where it cannot be opened."""

import os
import re
from pathlib import Path

MODE = "PLAYHEAD_FILE_MODE"
OWNER_ALONE = "0600"
# DuckDB's own words: Conflicting lock is held in /usr/bin/python3.11 (PID 42).
HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<process>\d+)\)")


def keep_private(path: Path, mode: str | None = None) -> None:
    """From here on this process makes files of this mode; an older file open to more is closed.

    The mode is octal text, that of the environment unless given. What DuckDB puts beside its file,
    the log and what does not fit in memory, is made by this process too. Raises ValueError for a
    mode that is none, or where the file is another user's.
    """
    text = mode or os.environ.get(MODE) or OWNER_ALONE
    if not re.fullmatch(r"0?6[0246][0246]", text):
        raise ValueError(f"{MODE} is '{text}'; give 0600 (the owner alone), 0640 or the like")
    wanted = int(text, 8)
    os.umask(_umask(wanted))
    for file in (path, path.with_name(f"{path.name}.wal")):
        try:
            if (held := file.stat().st_mode & 0o777) & ~wanted:
                file.chmod(held & wanted)
        except FileNotFoundError:
            continue
        except PermissionError:
            raise ValueError(
                f"{file} may be read by others and is not yours to change: its owner runs "
                f"chmod {text} on it, or you set {MODE} to 0{held:o}"
            ) from None


def _umask(mode: int) -> int:
    """What new files lose; a folder keeps the right to be entered by those who may read it."""
    classes = [mode >> shift & 0o7 for shift in (6, 3, 0)]
    owner, group, others = (0o6 & ~rights if rights else 0o7 for rights in classes)
    return owner << 6 | group << 3 | others


def in_one_line(error: Exception, path: Path) -> str:
    """What to do about a file that cannot be opened."""
    if held := HOLDER.search(str(error)):
        program = Path(held["program"]).name
        return (
            f"{path} is held by {program} (process {held['process']}): let that end, or end it, "
            "and run again; readers open the published file, which scripts/publish_marts.py makes"
        )
    return str(error).splitlines()[0]

"""dbt in processes that are forked from one that has imported it and read the project once.

Each run is a process of its own, as its users' are: own environment, own exit code, own output.
"""

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess

from pytest import MonkeyPatch

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["warmed_up_dbt", __name__])


def _run(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: str
) -> None:
    """What the dbt command does, in the forked process; its exit code is the command's."""
    from dbt.cli.main import cli

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    cli(list(arguments), prog_name="dbt")


def run_dbt(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
) -> CompletedProcess[str]:
    """Runs `dbt` with the arguments; stdout and stderr together in `stdout`, kept in a file."""
    with MonkeyPatch.context() as patched:
        # Python 3.11 does not tell its fork server where modules are.
        patched.setenv("PYTHONPATH", str(Path(__file__).parent))
        forkserver.ensure_running()
    process = _server.Process(target=_run, args=(arguments, folder, environment, str(output)))
    process.start()
    process.join()
    assert process.exitcode is not None, "it has ended"
    return CompletedProcess(["dbt", *arguments], process.exitcode, output.read_text(), "")

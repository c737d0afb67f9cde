"""What `make check` proposes for each case of tests/cases/players: its preset, else a mapping.

With presets switched off each case is a schema that nobody knows: what is proposed is built as it is
pasted, and gives the numbers of the case.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from check_data import propose_for
from checker.files import take_sample
from checker.proposal import Proposal
from forked_dbt import run_dbt
from players.build import build_marts, outcomes, stage
from players.cases import Case, all_cases
from players.compare import Outcome

NAMES = [case.name for case in all_cases()]
# What the rows alone do not tell, and what then comes out differently.
NOT_TOLD: dict[str, str] = {}


@dataclass(frozen=True)
class Checked(Case):
    """A case with the variables that the check proposes."""

    presets: bool

    @cached_property
    def proposal(self) -> Proposal:
        with TemporaryDirectory() as folder:
            lake = self.write_lake(Path(folder) / "lake")
            sample = take_sample(str(lake), None, 10_000, Path(folder) / "sample")
            return propose_for(sample, str(self.titles), "", "", self.presets)

    @property
    def variables(self) -> dict[str, Any]:
        return self.proposal.variables | ({"telemetry_format": "csv"} if self.is_csv else {})


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_recognised_and_its_preset_is_all_there_is_to_set(name):
    checked = Checked(name, presets=True)
    if preset := Case(name).preset:
        assert checked.proposal.variables == {"preset": preset}
        assert checked.proposal.preset_why
    else:
        assert "preset" not in checked.proposal.variables
    assert not checked.proposal.missing


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What comes of each case, as an unknown schema."""
    folder = tmp_path_factory.mktemp("checked")
    cases = [Checked(name, presets=False) for name in NAMES]
    staged = {case: stage(case, folder / case.name, run_dbt) for case in cases}
    marts = build_marts(staged, folder / "marts", run_dbt)
    return {each.case.name: each for each in outcomes(staged, marts)}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_TOLD])
def test_an_unknown_schema_gives_the_numbers_expected(found, name):
    assert found[name].wrong == ()
    assert found[name].right > 0


@pytest.mark.parametrize("name", sorted(NOT_TOLD))
def test_what_the_rows_do_not_tell_comes_out_as_near_as_is_said(found, name):
    assert found[name].right > 0
    assert found[name].wrong != ()

"""The accuracy report is what the code gives, and every scenario is within its bound."""

from report_accuracy import REPORT, measure_all, render


def test_accuracy_holds_its_bounds(tmp_path):
    faults, players = measure_all(tmp_path)
    outside = [result for result in (*faults, *players) if not result.within_bound]
    assert not outside
    none = faults[0]
    assert none.scenario.name == "none"
    assert none.exact_pairs == none.pairs > 1000
    others = [result for result in players if not result.scenario.live_channel]
    assert {result.pairs for result in others} == {none.pairs}
    live = [result for result in players if result.scenario.live_channel]
    assert all(result.pairs > 50 for result in live)
    assert REPORT.read_text() == render(faults, players), "docs/accuracy.md is stale: make accuracy"

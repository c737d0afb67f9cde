"""The accuracy report is what the code gives, and every scenario is within its bound."""

from report_accuracy import REPORT, measure, render


def test_accuracy_holds_its_bounds(tmp_path):
    results = measure(tmp_path)
    outside = [result for result in results if not result.within_bound]
    assert not outside
    none = results[0]
    assert none.scenario.name == "none"
    assert none.exact_pairs == none.pairs > 1000
    assert REPORT.read_text() == render(results), "docs/accuracy.md is stale: make accuracy"

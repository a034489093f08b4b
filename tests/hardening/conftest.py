"""What was measured, shown at the end of a run, also of one on several processes."""

from __future__ import annotations

import pytest


@pytest.fixture
def figure(record_property):
    """Keep a line for the end of the run."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter):
    """Every figure, in the order of the tests."""
    reports = [report for name in ("passed", "failed") for report in terminalreporter.stats.get(name, ())]
    lines = sorted(
        str(value) for report in reports for name, value in getattr(report, "user_properties", ()) if name == "figure"
    )
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.line(line)

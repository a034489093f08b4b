"""The whole suite passes with a release more in the bundle."""

from __future__ import annotations

from next_release import project_with_next_release, run_tests


def test_a_new_release_turns_no_test_red(tmp_path):
    """What no test module of the bundle sees, another one may: all of them run on the copy."""
    project_with_next_release(tmp_path)
    result = run_tests(tmp_path, "tests")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-2000:]

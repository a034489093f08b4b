"""``dynclient verify``: what is printed, and the exit code."""

from __future__ import annotations

import json

from click.testing import CliRunner

from dynclient.cli.main import main
from dynclient.testing import fake_airflow


def test_the_command():
    """``dynclient verify URL`` prints the report; its exit code is the verdict."""
    with fake_airflow("3.3.2", judge=False) as fake:
        done = CliRunner().invoke(main, ["verify", fake.url, "--format", "json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["ok"] is True
        fake.misbehave("get_pools", body=b"{}", headers={"Content-Type": "application/json"})
        done = CliRunner().invoke(main, ["verify", fake.url])
        assert done.exit_code == 1
        assert "broken: get_pools" in done.stdout

"""README is a session: what it shows at the prompt is run, offline, against the fake server."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from dynclient.testing import fake_airflow

README = Path(__file__).parents[1] / "README.md"
PLACE = "http://localhost:8080"


def sessions(text: str) -> str:
    """The prompts of the page, in one session."""
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return "\n".join(block for block in blocks if block.startswith(">>>"))


def test_what_the_page_shows_is_what_happens():
    """Every prompt of README gives what README says."""
    with fake_airflow("3.3.2", auth=("admin", "secret")) as server:
        shown = sessions(README.read_text("utf-8")).replace(PLACE, server.url)
        test = doctest.DocTestParser().get_doctest(shown, {}, "README", str(README), 0)
        said: list[str] = []
        results = doctest.DocTestRunner().run(test, out=said.append)
    assert results.attempted > 20
    assert results.failed == 0, "".join(said)


def test_the_page_names_the_two_commands():
    """The two commands that set everything up stand at the top."""
    head = README.read_text("utf-8")[:1500]
    assert 'python -m pip install ".[all]" && dynclient demo' in head
    assert "python -m pip install tox && tox" in head

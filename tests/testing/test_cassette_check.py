"""The working half of the pytest plugin: recorded exchanges held to a document, counts of several processes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from cassettes import SPEC, cassette, entry
from vcr.cassette import Cassette

from dynclient.http.messages import Request
from dynclient.testing import FakeServer
from dynclient.testing.cassette_check import Checker


@pytest.fixture
def checker():
    checker = Checker(SPEC, check=True, second_opinion=False, target="")
    checker.start(needed=True)
    yield checker
    checker.stop()


@pytest.fixture
def load(tmp_path):
    """Loads a cassette of these entries, as vcrpy does."""
    return lambda *entries, name="c.yaml": Cassette.load(path=cassette(tmp_path, *entries, name=name))


GOOD = entry("GET /things", answer={"things": []})
BAD = entry("GET /things?limit=300", answer={"things": 1})


@pytest.mark.parametrize(
    ("entries", "violations", "used"),
    [([GOOD], 0, {"get_things": 1}), ([GOOD, BAD], 2, {"get_things": 2}), ([], 0, {})],
)
def test_a_cassette_is_looked_at_once(checker, load, pytestconfig, entries, violations, used):
    """Every exchange is held to the document when its test has run, and not again."""
    tape = load(*entries)
    assert len(checker.look(pytestconfig)) == violations
    assert checker.look(pytestconfig) == ()
    assert checker.run(checker.name, ()).used == used
    assert len(tape) == len(entries)


def test_the_same_exchange_counts_once(checker, load, pytestconfig):
    """A file that is loaded again breaks the next test too, but its exchanges count once."""
    for _ in range(2):
        load(BAD)
        assert len(checker.look(pytestconfig)) == 2
    run = checker.run(checker.name, ())
    assert (len(run.exchanges), run.used, run.counts) == (1, {"get_things": 1}, {"violation": 2})


def test_vcrpys_own_method_comes_back():
    """Stopping, even twice, or without a start, leaves vcrpy as it was."""
    before = Cassette._load
    checker = Checker(SPEC, check=True, second_opinion=False, target="")
    checker.stop()
    checker.start(needed=False)
    assert Cassette._load is not before
    checker.stop()
    checker.stop()
    assert Cassette._load is before


def test_operations_of_a_fake_count(checker):
    """What a fake server was asked is used, by its document's name; unknown paths are not."""
    with FakeServer(SPEC, judge=False) as server:
        for path in ("/things", "/things", "/moons"):
            server.respond(Request("GET", server.server + path))
        checker.served(server)
    assert checker.run(checker.name, ()).used == {"get_things": 2}


def session(**config):
    return SimpleNamespace(config=SimpleNamespace(**config), exitstatus=pytest.ExitCode.OK)


def test_processes_come_together(checker, load, pytestconfig):
    """What a worker sends is added to what the first process knows, each exchange once."""
    load(GOOD, BAD)
    checker.look(pytestconfig)
    output = {}
    checker.pytest_sessionfinish(session(workeroutput=output))
    first = Checker(SPEC, check=True, second_opinion=False, target="")
    for _ in range(2):
        first.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    first.pytest_testnodedown(SimpleNamespace())
    run = first.run(first.name, ())
    assert (len(run.exchanges), run.used, run.counts) == (2, {"get_things": 4}, {"violation": 4})
    assert set(run.total) == set(SPEC.operations)


@pytest.mark.parametrize(("minimum", "status"), [(0, 0), (1, 0), (2, 1)])
def test_a_minimum_of_operations(load, pytestconfig, minimum, status, tmp_path):
    """A run that exercises fewer operations than wanted fails; what was used is written to the file."""
    checker = Checker(SPEC, check=True, second_opinion=False, target=str(tmp_path / "used.json"), minimum=minimum)
    checker.start(needed=True)
    load(GOOD)
    checker.look(pytestconfig)
    checker.stop()
    run = session()
    checker.pytest_sessionfinish(run)
    assert run.exitstatus == status
    written = json.loads((tmp_path / "used.json").read_text(encoding="utf-8"))
    assert written == {"operations": {checker.name: {"get_things": 1}}}


class Terminal:
    """Keeps the lines of a summary."""

    def __init__(self, verbosity=0):
        self.config = SimpleNamespace(get_verbosity=lambda: verbosity)
        self.lines = []

    def section(self, title):
        self.lines.append(f"= {title} =")

    def line(self, text, **_):
        self.lines.append(text)


def test_the_summary(checker, load, pytestconfig):
    """Operations exercised out of all, violations, and what is uncovered; disagreements of the two judges last."""
    empty = Terminal()
    checker.pytest_terminal_summary(empty)
    assert empty.lines == ["= dynclient =", "no cassette was touched"]
    load(BAD)
    checker.look(pytestconfig)
    checker.shown["c.yaml #1: they disagree"] = None
    terminal = Terminal()
    checker.pytest_terminal_summary(terminal)
    total = len(SPEC.operations)
    assert terminal.lines[1] == f"{checker.name}: 1 of {total} operations exercised; 1 exchanges, 2 violations"
    assert terminal.lines[2].startswith("  uncovered: post_thing, get_thing")
    assert terminal.lines[-1] == "  disagreement: c.yaml #1: they disagree"


def test_no_summary_without_a_check():
    """Where cassettes are not held to a document there is nothing to say, but for a minimum that is missed."""
    checker = Checker(SPEC, check=False, second_opinion=False, target="", minimum=3)
    terminal = Terminal()
    checker.pytest_terminal_summary(terminal)
    assert terminal.lines == [f"dynclient: 0 operations of {checker.name} exercised, 3 wanted"]

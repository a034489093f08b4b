"""What a prompt offers at a TAB inside calls, after dots and after brackets."""

from __future__ import annotations

import rlcompleter

import pytest

import dynclient
from dynclient.cli.completion import complete

STATES = ["queued", "running", "success", "failed"]
QUOTED = [f'"{state}"' for state in STATES]


@pytest.fixture(scope="module")
def names():
    spec = dynclient.load("3.3.2")
    client = dynclient.Client(spec, server="http://localhost")
    return {
        "af": client,
        "spec": spec,
        "pool": spec.models.PoolBody(name="p", slots=1),
        "many": {"one": client},
        "other": "x",
    }


OFFERED = [
    # (text before the cursor, what is offered, the part that is replaced)
    ('af.get_dags(last_dag_run_state="', STATES, ""),
    ('af.get_dags(last_dag_run_state="fa', ["failed"], "fa"),
    ("af.get_dags(last_dag_run_state=", QUOTED, ""),
    ("af.get_dags(last_dag_run_state='", STATES, ""),
    ('af.get_dags.iter(limit=3, last_dag_run_state="s', ["success"], "s"),
    ('af.get_dag_runs("etl", state=["queued", "su', ["success"], "su"),  # a filter takes the values of the field
    ("af.get_dag_runs('etl', state=[", QUOTED, ""),
    ("af.get_dags(paused=", ["True", "False"], ""),
    ("af.get_dags(paused=T", ["True"], "T"),
    ("af.get_dags(li", ["limit="], "li"),
    ("af.get_dags(limit=(1), off", ["offset="], "off"),
    ("af.get_dag(", ["dag_id="], ""),
    ("af.get_dag_run('a', ", ["dag_run_id="], ""),
    ("af.post_pool(\n    name=',(', sl", ["slots="], "sl"),
    ('print(af.get_dags(limit=1), af.tags["Pool"].post_pool(na', ["name="], "na"),
    ('many["one"].get_dag(', ["dag_id="], ""),
    ('af.tags["Poo', ["Pool"], "Poo"),
    ('af.tags["Pool"].get_pool', ["get_pool", "get_pools"], "get_pool"),
    ("af.trigger", ["trigger_dag_run"], "trigger"),
    ("print(af.trigger", ["trigger_dag_run"], "trigger"),
    ("spec.models.PoolB", ["PoolBody"], "PoolB"),
    ('spec.operations["trigger', ["trigger_dag_run"], "trigger"),
    ('pool["na', ["name"], "na"),
    ("pool.slo", ["slots"], "slo"),
    ("af.get_pool.req", ["request"], "req"),
]


@pytest.mark.parametrize(("text", "choices", "fragment"), OFFERED, ids=[row[0] for row in OFFERED])
def test_offered(names, text, choices, fragment):
    """Values of enumerations, names of arguments, attributes and keys of what is ours."""
    offered = complete(text, names)
    assert (list(offered.choices), offered.fragment) == (choices, fragment)


PLAIN = [
    # (text before the cursor, what is among the completions)
    ("af.get_da", "af.get_dag("),
    ("af.get_dags.it", "af.get_dags.iter("),
    ("af.", "af.trigger_dag_run("),
    ("pool.sl", "pool.slots"),
    ("spec.models.PoolB", "spec.models.PoolBody("),
    ("spec.op", "spec.operations"),
]


@pytest.mark.parametrize(("text", "completion"), PLAIN, ids=[row[0] for row in PLAIN])
def test_the_plain_prompt_of_python_completes(names, text, completion):
    """rlcompleter, which ``python`` has at a TAB, offers operations, fields and models, and fails for none."""
    completer = rlcompleter.Completer(names)
    offered = []
    while (one := completer.complete(text, len(offered))) is not None:
        offered.append(one)
    assert completion in offered


@pytest.mark.parametrize(
    "text",
    [
        "",
        "other.",
        "print(",
        "af.nope(",
        "nobody.get_dags(",
        "af.get_dags(limit=1)  # (",
        "x)",
        "other[",
        "af.get_dags(f(x).",
    ],
)
def test_left_to_others(names, text):
    """What is not ours is for the other completers."""
    offered = complete(text, names)
    assert offered is None


def test_completing_runs_nothing_of_others():
    """A property of an object that is not ours is not run by a TAB."""

    class Trap:
        @property
        def client(self):
            raise AssertionError

    assert complete("trap.client.get_", {"trap": Trap()}) is None

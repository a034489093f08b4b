"""Signatures, help, reprs and tables: real ones for tools, short ones for people, and no secret in any."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given, strategies as st

from dynclient.client.help import Argument, Unsent, docstring, signature
from dynclient.schema.model_repr import model, model_doc
from dynclient.schema.model_table import of_model
from dynclient.schema.schema import Schemas

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
SECRET = "hunter2"


def at(schema, **components):
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": schema, **components}}}
    return Schemas(document).at("#/components/schemas/S")


def obj(**properties):
    return {"type": "object", "properties": properties}


LIMIT = Argument(
    "limit", positional=False, required=False, schema=at({"type": "integer", "default": 100}), help="how many on a page"
)
ARGUMENTS = [
    LIMIT,
    Argument("dag_id", positional=True, required=True, schema=at(TEXT)),
    Argument("state", positional=False, required=False, schema=at({"enum": ["a", "b"]}), deprecated=True),
    Argument("conf", positional=False, required=True, schema=None),
    Argument("run_id", positional=True, required=True, schema=at(TEXT)),
]


def test_signature():
    """A signature is a real one: path arguments may be positional, all others go by keyword, required ones first."""
    made = signature(ARGUMENTS, "list[Dag]")
    assert (
        str(made) == "(dag_id: str, run_id: str, *, conf: Any, limit: int = 100, state: 'a' | 'b' = ...) -> list[Dag]"
    )
    assert [p.kind.name for p in made.parameters.values()] == ["POSITIONAL_OR_KEYWORD"] * 2 + ["KEYWORD_ONLY"] * 3
    assert made.bind("d", run_id="r", conf={}).arguments == {"dag_id": "d", "run_id": "r", "conf": {}}
    with pytest.raises(TypeError):
        made.bind("d", "r")
    assert isinstance(made, inspect.Signature)


def test_a_default_is_not_sent():
    """What stands as a default is what the server takes; it is no value that could be sent by mistake."""
    assert repr(Unsent(None)) == "None"
    assert repr(Unsent()) == "..."
    default = signature([LIMIT], "int").parameters["limit"].default
    assert isinstance(default, Unsent)
    assert default.server_default == 100


def test_docstring():
    """Help says in this order: what it does, the request, each argument, what comes back, what is raised."""
    assert docstring(
        "List the runs.", "GET /dags/{dag_id}/runs", ARGUMENTS[:4], "Runs", ["404 NotFound", "401 Unauthenticated"]
    ) == (
        "List the runs.\n"
        "\n"
        "GET /dags/{dag_id}/runs\n"
        "\n"
        "Arguments:\n"
        "    limit (int, server's default 100): how many on a page\n"
        "    dag_id (str, required)\n"
        "    state ('a' | 'b', deprecated)\n"
        "    conf (Any, required)\n"
        "\n"
        "Returns:\n"
        "    Runs\n"
        "\n"
        "Raises:\n"
        "    404 NotFound, 401 Unauthenticated\n"
    )
    assert docstring("", "GET /version", [], "Version", []) == "GET /version\n\nReturns:\n    Version\n"


def test_help_of_a_model():
    """A model's help lists its fields with type and what holds of them."""
    schema = at(
        {
            **obj(
                name=TEXT,
                id={"type": "integer", "readOnly": True},
                pw={"type": "string", "writeOnly": True, "deprecated": True},
            ),
            "required": ["name"],
        }
    )
    assert model_doc("Pool", schema) == (
        "Pool: #/components/schemas/S\n"
        "\n"
        "Fields:\n"
        "    name (str, required)\n"
        "    id (int, read-only)\n"
        "    pw (str, write-only, deprecated)\n"
    )


REPRS = [
    # value, repr
    ({}, "S()"),
    ({"name": "a", "slots": 1, "on": True, "none": None}, "S(name='a', slots=1, on=True, none=None)"),
    ({"conf": {}, "deep": {"a": 1}}, "S(conf={}, deep={…})"),
    ({"tags": ["a", "b"], "n": [1, 2.5]}, "S(tags=['a', 'b'], n=[1, 2.5])"),
    ({"x": []}, "S(x=[])"),
    ({"x": [{"a": 1}, {"b": 2}]}, "S(x=[2 × dict])"),
    ({"x": [1, {"b": 2}]}, "S(x=[2 × items])"),
    ({"text": "x" * 100}, "S(text='" + "x" * 58 + "…)"),
    ({"lines": "a\nb"}, "S(lines='a\\nb')"),
    (dict.fromkeys("abcdefghij", 1), "S(a=1, b=1, c=1, d=1, e=1, f=1, g=1, h=1, …)"),
    (
        {"runs": [{"a": 1}] * 5, "total_entries": 73},
        "S(runs=[5 × dict], total_entries=73)  # 5 of 73; .iter() walks them all",
    ),
    ({"runs": [{"a": 1}] * 5, "total_entries": 5}, "S(runs=[5 × dict], total_entries=5)"),
    ({"runs": [], "total_entries": 3}, "S(runs=[], total_entries=3)  # 0 of 3; .iter() walks them all"),
    # secrets
    ({"password": SECRET, "login": "me"}, "S(password=***, login='me')"),
    ({"password": None, "api_key": ""}, "S(password=None, api_key='')"),
    ({"hidden": SECRET}, "S(hidden=***)"),
    ({"pin": SECRET}, "S(pin=***)"),
    ({"tokens": [SECRET], "secrets": {"a": SECRET}}, "S(tokens=***, secrets=***)"),
    ({"extra": f'{{"password": "{SECRET}"}}'}, "S(extra='{…')"),
    ({"uri": f"postgres://me:{SECRET}@host/db"}, "S(uri='postgres://***@host/db')"),
    ({"uris": [f"postgres://me:{SECRET}@host/db"]}, "S(uris=['postgres://***@host/db'])"),
    ({"key": "aws_secret", "value": SECRET}, "S(key='aws_secret', value=***)"),
    ({"key": "colour", "value": "red"}, "S(key='colour', value='red')"),
]
SHOWN = at(obj(hidden={"type": "string", "writeOnly": True}, pin={"type": "string", "format": "password"}))


@pytest.mark.parametrize(("value", "expected"), REPRS)
def test_repr(value, expected):
    """A model is one line: short values, sizes of long ones, what a page leaves out, and three stars for a secret."""
    assert model("S", value, SHOWN) == expected


@pytest.mark.parametrize("value", [{"rows": [{}]}, {"rows": [{"a": [1]}]}, {"": 1}, {"rows": [], "more": []}])
def test_odd_objects_have_tables(value):
    """Whatever an answer holds, it can be shown."""
    assert "<b>S</b>" in of_model("S", value, None).as_html()
    assert isinstance(of_model("S", value, None).as_text(80, coloured=False), str)
    assert model("S", value, None).startswith("S(")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=12))
def test_a_repr_is_short(value):
    """Whatever is in a model, its repr is one line of bounded length."""
    shown = model("S", value, None)
    assert "\n" not in shown.replace("\\n", "") or any("\n" in name for name in value)
    assert len(shown) < 800


NAMES = st.sampled_from(["password", "hidden", "pin", "api_key", "my_token", "Authorization", "client_secret"])


@given(st.dictionaries(NAMES, st.sampled_from([SECRET, [SECRET], {"a": SECRET}, f"x://u:{SECRET}@h"]), max_size=4))
def test_no_secret_is_shown(value):
    """A value under a telling name, of format password or writeOnly is shown in no form."""
    rows = {"rows": [value, value]}
    schema = at(obj(rows={"type": "array", "items": SHOWN.value}))
    tables = (of_model("S", value, SHOWN), of_model("R", rows, schema))
    for shown in (model("S", value, SHOWN), *(table.as_html() for table in tables), *map(repr, tables)):
        assert SECRET not in shown

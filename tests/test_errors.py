"""Errors are told apart by who must act, say where and what next, and never show a value."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys

import pytest

from dynclient import errors
from dynclient.errors import (
    ApiError,
    ArgumentError,
    BadArguments,
    BadRequest,
    ContractError,
    ContractWarning,
    DynclientError,
    Fault,
    InvalidRequest,
    InvalidResponse,
    Problem,
    SpecError,
    TimedOut,
    TransportError,
    UndocumentedResponse,
    Unknown,
    UnknownOperation,
    Unreachable,
    Violation,
    api_error_class,
    near_names,
)

MARK = "hunter2-the-secret"


def violation(path=("slots",), *, location="body", value=MARK, got="a string", expected="an integer", rule="type"):
    return Violation(location, path, rule, expected, got, "#/components/schemas/Pool/properties/slots/type", value)


TREE = [
    # class, what `except` clauses of other libraries' users write
    (SpecError, DynclientError),
    (ArgumentError, DynclientError),
    (UnknownOperation, ArgumentError),
    (UnknownOperation, AttributeError),
    (UnknownOperation, KeyError),
    (BadArguments, ArgumentError),
    (BadArguments, TypeError),
    (InvalidRequest, ArgumentError),
    (InvalidRequest, ValueError),
    (TransportError, DynclientError),
    (TimedOut, TransportError),
    (TimedOut, TimeoutError),
    (Unreachable, TransportError),
    (Unreachable, ConnectionError),
    (errors.BrokenResponse, TransportError),
    (errors.ResponseTooLarge, TransportError),
    (ContractError, DynclientError),
    (UndocumentedResponse, ContractError),
    (InvalidResponse, ContractError),
    (ApiError, DynclientError),
    (BadRequest, ApiError),
    (errors.Unprocessable, BadRequest),
    (errors.Unauthenticated, ApiError),
    (errors.PermissionDenied, ApiError),
    (errors.NotFound, ApiError),
    (errors.MethodNotAllowed, ApiError),
    (errors.NotAcceptable, ApiError),
    (errors.AlreadyExists, ApiError),
    (errors.TooManyRequests, ApiError),
    (Unknown, ApiError),
    (ContractWarning, UserWarning),
]


@pytest.mark.parametrize(("kind", "parent"), TREE)
def test_tree(kind, parent):
    """Each error is caught by the class of who must act, and by Python's own where it has one."""
    assert issubclass(kind, parent)


def test_the_docstring_draws_every_error():
    """The tree in the module's docstring names every exception there is."""
    drawn = set(re.findall(r"[A-Z]\w+", errors.__doc__))
    kinds = {
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, DynclientError)
    }
    assert kinds <= drawn


def test_public_names_are_listed():
    """``__all__`` is sorted and has every public class."""
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__.startswith("dynclient.")
    }
    assert errors.__all__ == sorted(errors.__all__)
    assert set(errors.__all__) == {name for name in classes if not name.startswith("_")}


WHERE = [
    (("dags", 0, "dag_id"), "dags[0].dag_id"),
    ((), "body"),
    (("slots",), "slots"),
    (("conf", "a.b"), "conf['a.b']"),
    (("conf", "a/b", "c"), "conf['a/b'].c"),
    (("conf", "0"), "conf['0']"),
    (("conf", ""), "conf['']"),
    ((0, "name"), "[0].name"),
    (("X-Request-Id",), "X-Request-Id"),
]


@pytest.mark.parametrize(("path", "words"), WHERE)
def test_where(path, words):
    """A path reads as Python would write it, so that names with dots or digits are told from steps."""
    assert violation(path).where == words


def test_a_very_long_path_is_clipped():
    """Names may be as long as a payload; a message shows both ends of two hundred characters."""
    where = violation(("conf", "k" * 5000, "end")).where
    assert len(where) == 201
    assert where.startswith("conf.kkk")
    assert where.endswith("kkk.end")


SENTENCES = [
    ("type", "an integer", "a string", "a string where an integer is wanted"),
    ("required", "missing, but required", "", "missing, but required"),
    ("additionalProperties", "not a known field; did you mean slots?", "", "not a known field; did you mean slots?"),
]


@pytest.mark.parametrize(("rule", "expected", "got", "sentence"), SENTENCES)
def test_sentences(rule, expected, got, sentence):
    """A violation says what came where what is wanted, and the place of the rule in the document."""
    made = violation(rule=rule, expected=expected, got=got)
    assert made.sentence == sentence
    assert str(made) == f"slots: {sentence} (#/components/schemas/Pool/properties/slots/type)"
    assert repr(made) == f"<Violation body {made}>"


def test_violations_are_equal_whatever_the_value():
    """Two violations of one rule at one place are equal and hash alike; the value is not compared."""
    assert violation(value=1) == violation(value=2)
    assert len({violation(value=1), violation(value=[2])}) == 1
    assert violation() != violation(("other",))
    assert violation() != "slots"


RAISED = [
    SpecError("a $ref leads nowhere", pointer="#/paths"),
    UnknownOperation("there is no operation 'get_dag'", near=["get_dags"]),
    BadArguments("no", missing=["a"], unknown=["b"], valid=["a", "c"]),
    InvalidRequest("no:", [violation()]),
    TimedOut("no answer in 10 s", request_sent=False),
    Unreachable("refused"),
    InvalidResponse("broken:", violations=[violation()], data={"password": MARK}),
    UndocumentedResponse("status 299", data=MARK),
    errors.NotFound("404", problem=Problem(404, "Not Found", extra={"token": MARK})),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_errors_travel(error):
    """An error keeps its words and attributes through pickle and copy, as between processes."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert vars(again) == vars(error)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_errors_show_no_value(error):
    """What came is in attributes only: neither str nor repr nor args nor the parts' repr show it."""
    shown = [str(error), repr(error), repr(error.args)]
    shown += [text for v in getattr(error, "violations", ()) for text in (str(v), repr(v))]
    assert not any(MARK in text for text in shown)


def test_values_are_kept_in_attributes():
    """A caller that wants the value or the data finds it."""
    assert violation().value == MARK
    assert InvalidResponse("broken", data={"a": 1}).data == {"a": 1}


def test_spec_error_names_the_place():
    """A SpecError shows its pointer and has it."""
    error = SpecError("a $ref leads nowhere", pointer="#/paths/~1dags")
    assert str(error) == "a $ref leads nowhere (at #/paths/~1dags)"
    assert error.pointer == "#/paths/~1dags"
    assert str(SpecError("no such file")) == "no such file"


def test_unknown_operation_reads_as_a_sentence():
    """Though a KeyError, its text is no repr, and the near names are there as data."""
    error = UnknownOperation("there is no operation 'x'; did you mean 'y'?", near=["y"])
    assert str(error) == "there is no operation 'x'; did you mean 'y'?"
    assert error.near == ("y",)


def test_bad_arguments_hold_the_names():
    """Missing, unknown and valid names are there as data."""
    error = BadArguments("get_dag: nothing was sent", missing=["a"], unknown=["b"], valid=["a", "c"])
    assert (error.missing, error.unknown, error.valid) == (("a",), ("b",), ("a", "c"))


def test_twenty_violations_are_written_out():
    """A message lists twenty violations and counts the rest; the attribute has all."""
    error = InvalidRequest("nothing was sent:", [violation(("items", i)) for i in range(25)])
    lines = str(error).splitlines()
    assert lines[0] == "nothing was sent:"
    assert lines[1].startswith("  items[0]: a string where an integer is wanted")
    assert lines[-1] == "  … and 5 more"
    assert len(lines) == 22
    assert len(error.violations) == 25


STATUSES = [
    (400, BadRequest),
    (401, errors.Unauthenticated),
    (403, errors.PermissionDenied),
    (404, errors.NotFound),
    (405, errors.MethodNotAllowed),
    (406, errors.NotAcceptable),
    (409, errors.AlreadyExists),
    (422, errors.Unprocessable),
    (429, errors.TooManyRequests),
    (418, ApiError),
    (500, Unknown),
    (503, Unknown),
    (599, Unknown),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_class_of_a_status(status, kind):
    """Each status has its class: its own, Unknown for 5xx, ApiError for any other 4xx."""
    assert api_error_class(status) is kind
    assert kind("no", problem=Problem(status)).status == status


PROBLEMS = [
    (Problem(404, "Not Found", "no such DAG"), "Not Found: no such DAG"),
    (Problem(404, "Not Found"), "Not Found"),
    (Problem(500), "no explanation came with it"),
    (Problem(422, "Bad", errors=(("limit", "too large"),)), "Bad\n  limit: too large"),
]


@pytest.mark.parametrize(("problem", "words"), PROBLEMS)
def test_problem(problem, words):
    """A problem reads as title, detail and one line for each argument it names."""
    assert str(problem) == words


def test_fault():
    """A fault reads as its place and what is wrong there."""
    assert str(Fault("#/paths/~1a", "is used twice")) == "#/paths/~1a: is used twice"


NEAR = [
    ("get_dag", ["get_dags", "post_dag", "delete_pool"], ("get_dags", "post_dag")),
    ("GETDAGS", ["getDags"], ("getDags",)),
    ("zzz", ["get_dags"], ()),
    ("", ["get_dags"], ()),
]


@pytest.mark.parametrize(("name", "names", "near"), NEAR)
def test_near_names(name, names, near):
    """Near names come nearest first, in any case of letters, at most three."""
    assert near_names(name, names) == near


def test_warnings_point_at_the_caller(tmp_path):
    """A warning shows the line of the caller's code, not one of this package."""
    script = tmp_path / "script.py"
    script.write_text("from dynclient import errors\n\nerrors.warn('the server broke the document')\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert f"{script}:3: ContractWarning: the server broke the document" in done.stderr


def test_warn_is_a_contract_warning():
    """A broken contract that does not raise is a ContractWarning."""
    with pytest.warns(ContractWarning, match="broke the document"):
        errors.warn("the server broke the document")

"""What was expected and what came instead, in words."""

from __future__ import annotations

import pytest

from dynclient.schema.violation_words import json_word, no_such, one_of, type_words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["a"], "one of 'a'"),
        (["a", None, True, 1], "one of 'a', null, true, 1"),
        ([*range(13)], "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (13 in all)"),
    ],
)
def test_options(options, words):
    """A document's own values, the first dozen, and how many there are beyond."""
    assert one_of(options) == words


@pytest.mark.parametrize(("value", "word"), [(True, "true"), (False, "false"), (None, "null"), (1, "1"), ("x", "'x'")])
def test_a_value_of_a_document(value, word):
    """As JSON has it, texts as Python writes them."""
    assert json_word(value) == word


@pytest.mark.parametrize(
    ("name", "names", "words"),
    [
        ("slot", ["slots", "name"], "not a known field; did you mean slots?"),
        ("x", ["slots", "name"], "not a known field; known are slots, name"),
        ("x", [], "no field is allowed here"),
        (
            "x",
            [f"field_{n}" for n in range(30)],
            "not a known field; known are " + ", ".join(f"field_{n}" for n in range(20)),
        ),
    ],
)
def test_a_field_that_is_not_there(name, names, words):
    """Those that come near, else the first twenty, else that there may be none."""
    assert no_such(name, names) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "an integer"),
        (1.5, "a number"),
        ("x", "a string"),
        ({}, "an object"),
        ([], "an array"),
        ((), "an array"),
        (b"x", "a bytes"),
    ],
)
def test_types(value, words):
    """The JSON type and never the value; what JSON does not have goes by its Python type."""
    assert type_words(value) == words

"""Strings and numbers that fit what schemas say of them."""

from __future__ import annotations

import random
import re

import pytest

from dynclient.schema import example_values
from dynclient.schema.example_values import Stuck, matching_text, number, text

PATTERNS = [r"^[a-z]{3,5}$", r"^(a|bc)+\d?$", r"^\w[\w.-]*$", r"^[^/]+/x\.y$", r"^\u0041$", r"[A-F0-9]{8}"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_match_their_pattern(pattern):
    """Whatever the seed, the text matches."""
    for seed in range(20):
        assert re.search(pattern, matching_text([pattern], random.Random(seed)))


@pytest.mark.parametrize("pattern", ["^(?=a)b$", r"^(a)\1zz$", "^[^\x20-\x7e]$"])
def test_patterns_that_cannot_be_made(pattern):
    """A pattern beyond the simple ones that no usual text matches is Stuck."""
    with pytest.raises(Stuck):
        matching_text([pattern], random.Random(0))


@pytest.mark.parametrize(
    ("words", "whole", "fits"),
    [
        ([{"minimum": 3}, {"maximum": 4}], True, lambda n: n in {3, 4}),
        ([{"exclusiveMinimum": 0, "exclusiveMaximum": 1}], False, lambda n: 0 < n < 1),
        ([{"multipleOf": 0.5}, {"multipleOf": 0.75}], False, lambda n: n % 1.5 == 0),
        ([{"maximum": -5}], True, lambda n: n <= -5),
    ],
)
def test_numbers(words, whole, fits):
    """Numbers are between the bounds, and multiples of every step."""
    for seed in range(20):
        value = number(words, random.Random(seed), whole=whole)
        assert fits(value)
        assert isinstance(value, int) is whole


def test_no_number_between():
    """Where no whole number is between the bounds there is none."""
    with pytest.raises(Stuck):
        number([{"exclusiveMinimum": 1, "exclusiveMaximum": 2}], random.Random(0), whole=True)


def test_lengths():
    """Plain texts have the length that all schemas allow."""
    for seed in range(20):
        assert len(text([{"minLength": 30}, {"maxLength": 31}], random.Random(seed))) in {30, 31}


def test_unreadable_patterns():
    """A pattern that Python cannot read is not used for a first look."""
    assert example_values.compile_pattern("(") is None

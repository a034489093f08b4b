"""The catalogue of aspects: each has a mirror, a judgement for both directions, and a row in a table."""

from __future__ import annotations

import pytest
from diff_tables import FIELDS, LIMITS, MATCHES, OBJECTS, OPERATIONS, kebab_case

from dynclient.contract.diff_rules import LEVELS, RULES, kebab
from dynclient.contract.document_diff import AREAS, mirror


def test_rules_mirror():
    """Each aspect's mirror mirrors back, and no kind is unknown."""
    for aspect, rule in RULES.items():
        assert RULES[rule.mirror].mirror == aspect
        for area in AREAS:
            assert mirror(mirror(f"{area}-{aspect}")) == f"{area}-{aspect}"
        assert rule.request[0] in LEVELS
        assert rule.response[0] in LEVELS
    with pytest.raises(ValueError, match="no kind"):
        mirror("parameter-vanished")


def test_every_rule_has_a_row():
    """No aspect stands in the catalogue that no test above shows."""
    shown = {row[2] for row in FIELDS} | {row[i][0] for row in OBJECTS for i in (2, 3) if row[i]}
    kinds = [kind for row in (*OPERATIONS, *MATCHES) for kind, _, _ in row[-1]]
    shown |= {kind[len(area) + 1 :] for kind in kinds for area in AREAS if kind.startswith(f"{area}-")}
    both = shown | {RULES[aspect].mirror for aspect in shown if aspect in RULES}
    families = {"tightened", "loosened", "changed"}  # of which each limit has its own
    exact = {f"{kebab_case(k)}-changed" for k, _, _ in LIMITS}  # a limit is a number: it is tightened or loosened
    assert set(RULES) - both - families - exact == set()


@pytest.mark.parametrize(
    ("aspect", "sent", "read"),
    [
        ("added-required", "breaking", "safe"),
        ("removed-required", "breaking", "breaking"),
        ("min-length-tightened", "breaking", "safe"),
        ("min-length-loosened", "safe", "warning"),
        ("enum-values-added", "safe", "warning"),
        ("became-write-only", "safe", "breaking"),
    ],
)
def test_a_rule_judges_sending_and_reading(aspect, sent, read):
    """What a client must give in addition breaks sending; what it may receive in addition concerns reading."""
    rule = RULES[aspect]
    assert (rule.request[0], rule.response[0]) == (sent, read)


@pytest.mark.parametrize(("keyword", "word"), [("minLength", "min-length"), ("pattern", "pattern")])
def test_keywords_as_aspects_have_them(keyword, word):
    """A limit's aspects are named by its keyword, in lower case with hyphens."""
    assert kebab(keyword) == word
    assert f"{word}-tightened" in RULES

"""Operations of two documents matched, and what their paths have in common."""

from __future__ import annotations

import pytest
from diff_tables import MATCHES, assert_mirrors, judgements, paths

from dynclient.contract.document_diff import Renames, diff
from dynclient.contract.operation_matching import match_operations, path_prefix, path_shape


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in MATCHES], ids=[row[0] for row in MATCHES])
def test_matching(before, after, expected):
    """Operations are matched by method and shape, then id, then the table."""
    table = {"operations": {"old": "new"}, "parameters": {"token": "j"}, "other_values": ["token"]}
    a, b = paths(**before), paths(**after)
    assert judgements(diff(a, b, renames=table)) == expected
    assert_mirrors(a, b, Renames(**table))


@pytest.mark.parametrize(
    ("written", "prefix"),
    [
        (["/api/v2/x", "/api/v2/y/{i}"], "/api/v2"),
        (["/api/x", "/api/y"], "/api"),
        (["/v2", "/v2/y"], "/v2"),
        (["/api/v2/x", "/api/v1/x"], ""),
        (["/x", "/api/v2/x"], ""),
        (["/apis/x", "/apis/y"], ""),
    ],
)
def test_prefix_of_all_paths(written, prefix):
    """The prefix is a whole part that every path begins with, or nothing."""
    assert path_prefix(paths(**{f"o{n}": ("get", path) for n, path in enumerate(written)})) == prefix


@pytest.mark.parametrize(("path", "shape"), [("/dags/{dag_id}/x", "/dags/{}/x"), ("/a", "/a"), ("/{a}/{b}", "/{}/{}")])
def test_shape_of_a_path(path, shape):
    """Templates count by their position, not by their name."""
    assert path_shape(path) == shape


def test_every_operation_is_in_one_pair():
    """Operations of both sides come once, those of the first document in its order, the others alone at the end."""
    a = paths(same=("get", "/x"), old=("put", "/y"), gone=("get", "/z"))
    b = paths(extra=("get", "/w"), new=("patch", "/v"), same=("get", "/x"))
    expected = [("same", "same"), ("old", "new"), ("gone", None), (None, "extra")]
    assert match_operations(a, b, {"old": "new"}) == expected

"""Pages, read off the document."""

from __future__ import annotations

import functools
import tracemalloc

import pytest
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient import load
from dynclient.client.pagination import needed, paging, walk
from dynclient.errors import ArgumentError, ContractError
from dynclient.http.messages import Headers, Response

INT = {"type": "integer"}
THING = {"type": "object", "properties": {"name": {"type": "string"}}}
PAGE = {
    "type": "object",
    "properties": {
        "things": {"type": "array", "items": THING},
        "total_entries": INT,
        "next_cursor": {"type": "string"},
    },
}
TAGGED = {"type": "object", "properties": {"id": INT, "tags": {"type": "array", "items": THING}}}
STRINGS = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": {"type": "string"}}, "total_entries": INT},
}
LIMITS = [parameter("limit", schema=INT), parameter("offset", schema=INT)]


def plan(line: str = "GET /things", **operation):
    spec = tiny({line: {"operationId": "op", "responses": {"200": json_answer(PAGE)}, **operation}})
    return paging(spec.operations.op)


def fetched(call):
    """A call as a walk takes pages: with a response, of which these modes need nothing."""
    return lambda args, arguments, _url: (call(*args, **arguments), Response(200))


BATCH = json_body({"type": "object", "properties": {"page_limit": INT, "page_offset": INT}})

PLANS = [
    # (rule, line, operation, (items, mode) or None)
    ("limit and offset", "GET /things", {"parameters": LIMITS}, ("things", "offset")),
    ("a cursor wins", "GET /things", {"parameters": [*LIMITS, parameter("cursor")]}, ("things", "cursor")),
    ("no parameters: one page", "GET /things", {}, ("things", "once")),
    ("batch", "POST /things/list", {"requestBody": BATCH}, ("things", "offset")),
    ("batch without pages", "POST /things/list", {"requestBody": json_body({"type": "object"})}, ("things", "once")),
    ("PATCH of a list is none", "PATCH /things", {"parameters": LIMITS}, None),
    ("POST elsewhere is none", "POST /things", {"requestBody": BATCH}, None),
    ("one thing is none", "GET /things/{name}", {"responses": {"200": json_answer(THING)}}, None),
    ("of strings", "GET /tags", {"parameters": LIMITS, "responses": {"200": json_answer(STRINGS)}}, ("tags", "offset")),
    ("a thing with tags", "GET /things/one", {"responses": {"200": json_answer(TAGGED)}}, None),
    ("no list in it", "GET /version", {"responses": {"200": json_answer(THING)}}, None),
]


@pytest.mark.parametrize(("rule", "line", "operation", "expected"), PLANS, ids=[row[0] for row in PLANS])
def test_how_an_operation_pages(rule, line, operation, expected):  # noqa: ARG001 - the rule names the row
    """What pages and how is read off parameters, body and answer."""
    found = plan(line, **operation)
    assert (None if found is None else (found.items, found.mode)) == expected


def test_what_is_no_list_says_so():
    """Walking an operation that is no list is an error that says what lists are."""
    spec = tiny({"GET /version": {"operationId": "get_version"}})
    with pytest.raises(ArgumentError, match="get_version is no list"):
        needed(None, spec.operations.get_version)


def serve(total: int, clamp: int, *, calls: list | None = None, **extra):
    """A list of ``total`` numbers that gives at most ``clamp`` a page, whatever is asked for."""

    def call(*, limit: int = 100, offset: int = 0, **more):
        if calls is not None:
            calls.append({"limit": limit, "offset": offset, **more})
        items = [{"n": n} for n in range(total)[offset : offset + min(limit, clamp)]]
        return {"things": items, "total_entries": total, **extra}

    return call


WALKS = [
    # (total, the server's clamp, limit asked for, start, pages)
    (0, 10, None, 0, 1),
    (5, 10, None, 0, 1),
    (10, 10, None, 0, 1),
    (11, 10, None, 0, 2),
    (25, 10, 1000, 0, 3),
    (25, 10, 5, 20, 1),
    (25, 10, None, 30, 1),
]


@pytest.mark.parametrize(("total", "clamp", "limit", "start", "pages"), WALKS)
def test_offsets_advance_by_what_arrived(total, clamp, limit, start, pages):
    """Every item comes once, in order, though the server clamps ``limit`` silently."""
    given = {name: value for name, value in (("limit", limit), ("offset", start or None)) if value is not None}
    got = list(walk(fetched(serve(total, clamp)), plan(parameters=LIMITS), (), given))
    assert [item["n"] for page in got for item in page["things"]] == list(range(start, total))
    assert len(got) == pages


def test_a_capped_total_is_not_believed():
    """``total_entries`` at ``total_entries_limit`` is only a cap: the walk goes on to an empty page."""

    def call(*, offset: int = 0):
        items = [{"n": n} for n in range(25)][offset : offset + 10]
        return {"things": items, "total_entries": min(25, 20), "total_entries_limit": 20}

    got = [item["n"] for page in walk(fetched(call), plan(parameters=LIMITS), (), {}) for item in page["things"]]
    assert got == list(range(25))


def test_no_total_walks_to_an_empty_page():
    """Without a total nobody knows the end but an empty page."""
    got = list(walk(fetched(serve(25, 10, total_entries=None)), plan(parameters=LIMITS), (), {}))
    assert [len(page["things"]) for page in got] == [10, 10, 5, 0]


def test_a_page_that_repeats_raises():
    """A server that ignores the offset would be walked for ever."""

    def call(**_):
        return {"things": [{"n": 1}], "total_entries": 9}

    with pytest.raises(ContractError, match="the same page twice"):
        list(walk(fetched(call), plan(parameters=LIMITS), (), {}))


def test_partial_objects_may_be_alike():
    """Pages of one field each are walked to an empty page, with and without a total, and not for ever."""
    partial = plan(parameters=[*LIMITS, parameter("fields", schema={"type": "array", "items": {"type": "string"}})])

    def call(last, total, *, offset=0, **_):
        return {"things": [{"on": True}] * 5 if offset < last else [], **total}

    for total in ({}, {"total_entries": 20}):
        pages = walk(fetched(functools.partial(call, 20, total)), partial, (), {"fields": ["on"]})
        assert sum(len(page["things"]) for page in pages) == 20
    with pytest.raises(ContractError, match="the same page twice"):
        list(walk(fetched(functools.partial(call, 10**9, {})), partial, (), {"fields": ["on"]}))


CURSORS = {"": ("b", [1, 2]), "b": ("c", [3]), "c": (None, [4])}


def test_a_cursor_starts_empty_and_ends_with_none():
    """The empty string asks for the first page and is sent; the walk ends where no next cursor comes."""
    asked = []

    def call(*, cursor: str):
        asked.append(cursor)
        following, items = CURSORS[cursor]
        return {"things": [{"n": n} for n in items], "next_cursor": following}

    cursors = plan(parameters=[*LIMITS, parameter("cursor")])
    assert [i["n"] for page in walk(fetched(call), cursors, (), {}) for i in page["things"]] == [1, 2, 3, 4]
    assert asked == ["", "b", "c"]


def test_an_offset_given_by_the_caller_pages_by_offset():
    """Where both are there and the caller names an offset, offsets are used."""
    calls = []
    cursors = plan(parameters=[*LIMITS, parameter("cursor")])
    list(walk(fetched(serve(12, 10, calls=calls)), cursors, (), {"offset": 1}))
    assert [call["offset"] for call in calls] == [1, 11]


def test_a_walk_is_lazy():
    """Nothing is asked for before the first item is wanted, and no page too many."""
    calls = []
    pages = walk(fetched(serve(100, 10, calls=calls)), plan(parameters=LIMITS), (), {})
    assert calls == []
    next(pages)
    assert len(calls) == 1


def test_no_order_is_asked_for():
    """A server has an order of its own; real ones refuse to order users by name, so only the caller's is sent."""
    calls = []
    ordered = plan(parameters=[*LIMITS, parameter("order_by")])
    list(walk(fetched(serve(12, 10, calls=calls)), ordered, (), {}))
    assert calls == [{"limit": 100, "offset": 0}, {"limit": 100, "offset": 10}]


@pytest.mark.parametrize("asked", [["n"], ("n", "m")])
def test_pages_of_partial_items_may_be_equal(asked):
    """Items of the fields that were asked for may look alike; the total tells where the end is."""

    def call(*, fields, offset: int = 0):  # noqa: ARG001 - the fields asked for
        return {"things": [{"n": 1}] * min(10, 25 - offset), "total_entries": 25}

    got = list(walk(fetched(call), plan(parameters=LIMITS), (), {"fields": asked}))
    assert [len(page["things"]) for page in got] == [10, 10, 5]


NAMED = [
    # (fields beside the list, query parameters, (mode, total, following))
    (["total_entries"], ["limit", "offset"], ("offset", "total_entries", "")),
    (["totalCount"], ["limit", "offset"], ("offset", "totalCount", "")),
    (["total"], ["limit", "offset"], ("offset", "total", "")),
    (["count"], [], ("once", "count", "")),
    (["total_hits", "next_page"], ["page"], ("cursor", "total_hits", "next_page")),
    (["next_token", "previous_token"], ["token"], ("cursor", "", "next_token")),
    (["total_rows", "total_rows_limit"], ["limit", "offset"], ("offset", "total_rows", "")),
    (["owner"], ["limit", "offset"], None),
]


@pytest.mark.parametrize(("beside", "query", "expected"), NAMED)
def test_the_names_of_a_page_are_read_off_the_document(beside, query, expected):
    """What counts and what points on is known by its name and its type, whatever the API calls it."""
    fields = {name: INT if name.startswith(("total", "count")) else {"type": "string"} for name in beside}
    page = {"type": "object", "properties": {"things": PAGE["properties"]["things"], **fields}}
    answers = {"responses": {"200": json_answer(page)}, "parameters": [parameter(name) for name in query]}
    found = plan(**answers)
    assert (found and (found.mode, found.total, found.following)) == expected


def test_every_paged_list_of_the_facts_is_one():
    """get_dags pages on every bundled line, patch_dags on none."""
    for release in ("2.0.0", "2.2.0", "2.10.5", "3.0.6", "3.3.2"):
        spec = load(release)
        assert paging(spec.operations["get_dags"]).items == "dags"
        if "patch_dags" in spec.operations:
            assert paging(spec.operations["patch_dags"]) is None


def test_memory_stays_flat():
    """1,000 pages leave nothing behind but the one in hand."""
    tracemalloc.start()
    try:
        peaks = []
        for n, _page in enumerate(walk(fetched(serve(10_000, 10)), plan(parameters=LIMITS), (), {})):
            if n in {100, 999}:
                peaks.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 50_000


LIST = {"type": "array", "items": {"type": "object", "properties": {"id": INT}}}
TEXT = {"type": "string"}


def page_of(**beside):
    return {"type": "object", "properties": {"things": LIST, **beside}}


def linked(schema):
    return {**json_answer(schema), "headers": {"Link": {"schema": TEXT}}}


KINDS = [
    # (rule, the answer, query parameters, (items, mode, following) or None)
    ("a bare list", json_answer(LIST), [], ("", "once", "")),
    ("a bare list by offset", json_answer(LIST), LIMITS, ("", "offset", "")),
    (
        "a page that begins by default",
        json_answer(LIST),
        [parameter("page", schema=INT | {"default": 1})],
        ("", "page", ""),
    ),
    ("a page of which no first is known", json_answer(LIST), [parameter("page", schema=INT)], None),
    ("a page that is a token", json_answer(LIST), [parameter("page")], None),
    ("an unknown token", json_answer(page_of()), [parameter("pageToken")], None),
    (
        "its next one in the page",
        json_answer(page_of(nextPageToken=TEXT)),
        [parameter("pageToken")],
        ("things", "cursor", "nextPageToken"),
    ),
    (
        "the next cursor beside other metadata",
        json_answer(page_of(response_metadata={"type": "object", "properties": {"next_cursor": TEXT}})),
        [parameter("cursor")],
        ("things", "cursor", "response_metadata.next_cursor"),
    ),
    ("a documented Link", linked(LIST), [parameter("page", schema=INT)], ("", "link", "")),
    (
        "a URL of the next page",
        json_answer(page_of(next=TEXT, count=INT)),
        [parameter("page", schema=INT)],
        ("things", "next", "next"),
    ),
    (
        "a URL among links",
        json_answer(
            page_of(links={"type": "object", "properties": {"pages": {"type": "object", "properties": {"next": TEXT}}}})
        ),
        [],
        ("things", "next", "links.pages.next"),
    ),
    (
        "starting_after",
        json_answer(page_of(has_more={"type": "boolean"}, url=TEXT, object=TEXT)),
        [parameter("starting_after"), parameter("limit", schema=INT)],
        ("things", "after", "has_more"),
    ),
]


@pytest.mark.parametrize(("rule", "documented", "query", "expected"), KINDS, ids=[row[0] for row in KINDS])
def test_the_kinds_of_paging(rule, documented, query, expected):  # noqa: ARG001 - the rule names the row
    """Each way of paging is taken only where the document shows it; others are not walked."""
    made = plan(parameters=query, responses={"200": documented})
    assert (made and (made.items, made.mode, made.following)) == expected


def test_an_unknown_way_of_paging_is_refused_by_name():
    """A list that pages by what is not understood is not walked short: the error says by what, and what is known."""
    spec = tiny(
        {
            "GET /things": {
                "operationId": "op",
                "parameters": [parameter("marker")],
                "responses": {"200": json_answer(LIST)},
            }
        }
    )
    operation = spec.operations.op
    with pytest.raises(ArgumentError, match="op pages by marker, and how is not to be read off the document"):
        needed(paging(operation), operation)


def pages_by_url(pages, headers=False):
    """A server whose pages are at URLs, each naming the next one."""
    asked = []

    def fetch(_args, _arguments, url):
        asked.append(url)
        items, following = pages[url]
        link = {"Link": f'<{following}>; rel="last next", </x>; rel=prev'} if headers and following else {}
        page = items if headers else {"things": items, "next": following}
        return page, Response(200, Headers(link), url=url or "https://h/a/things")

    return fetch, asked


@pytest.mark.parametrize("headers", [True, False], ids=["link", "next"])
def test_pages_by_url(headers):
    """The URL of the next page is followed, relative ones too, until there is none."""
    pages = {"": ([1], "/a/things?p=2"), "https://h/a/things?p=2": ([2], "?p=3"), "https://h/a/things?p=3": ([3], None)}
    fetch, asked = pages_by_url(pages, headers)
    way = paging_of("link" if headers else "next")
    assert [item for page in walk(fetch, way, (), {}) for item in way.items_of(page)] == [1, 2, 3]
    assert asked == list(pages)


def paging_of(mode):
    documented = linked(LIST) if mode == "link" else json_answer(page_of(next=TEXT))
    return plan(responses={"200": documented})


@pytest.mark.parametrize("following", ["https://other/things?p=2", "http://h/a/things", "//[", "https://h/a/things"])
def test_a_next_page_elsewhere_is_not_followed(following):
    """A page cannot lead the walk to another origin, nor in a circle of one."""
    fetch, asked = pages_by_url({"": ([1], following)})
    with pytest.raises(ContractError, match="so the walk ends here"):
        list(walk(fetch, paging_of("next"), (), {}))
    assert asked == [""]


def test_page_numbers_begin_where_the_document_says():
    """The first call asks for no page; the second one for the one after the first, until an empty page."""
    asked = []

    def call(page=None):
        asked.append(page)
        return [{"id": page}] if page is None or page < 3 else []

    for first in (0, 1):
        asked.clear()
        way = plan(
            parameters=[parameter("page", schema=INT | {"minimum": first})], responses={"200": json_answer(LIST)}
        )
        list(walk(fetched(call), way, (), {}))
        assert asked == [None, *range(first + 1, 4)]


def test_starting_after_the_last_id():
    """The id of the last item asks for the page after it, as long as has_more says that there is one."""
    asked = []

    def call(starting_after=0):
        asked.append(starting_after)
        return {"things": [{"id": starting_after + 1}, {"id": starting_after + 2}], "has_more": starting_after < 4}

    documented = json_answer(page_of(has_more={"type": "boolean"}))
    way = plan(parameters=[parameter("starting_after", schema=INT)], responses={"200": documented})
    assert [i["id"] for page in walk(fetched(call), way, (), {}) for i in page["things"]] == [1, 2, 3, 4, 5, 6]
    assert asked == [0, 2, 4]

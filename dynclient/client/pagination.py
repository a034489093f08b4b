"""How a list pages, read off its document, and the walk over its pages.

What is understood, each where the document shows it::

    offset          limit and offset in the query; or in the body of a batch ``POST …/list``
    page            page, page_number … whose first page is a default, minimum or example of the document
    cursor          X in the query and next_X, nextX in the page; starting_after with has_more and ids in the items
    link            a documented Link header field, rel="next" (RFC 8288)
    next            a URL in the page: next, next_url, next_page_uri, links.next … , to the same origin
    once            nothing that asks for another page: everything comes in one answer

A list is a successful JSON array, or a JSON object with exactly one list of objects and, beside it, nothing but what
counts (``total…``), points on (``next…``) or tells of the page. What asks for another page in a way that is not among
these is not walked. Offsets advance by what arrived, since servers clamp ``limit`` silently; a walk stops on an empty
page or when the total has come, and raises when a page repeats. No order is asked for but the caller's: servers have
one of their own, and refuse some of those that their documents allow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

from ..errors import ArgumentError, ContractError
from ..http import messages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from ..http.messages import Response
    from ..openapi.operation import Operation, Parameter
    from ..schema.schema import Schema

    Fetch = Callable[[tuple[object, ...], Mapping[str, object], str], tuple[Any, Response]]
    AsyncFetch = Callable[[tuple[object, ...], Mapping[str, object], str], Awaitable[tuple[Any, Response]]]

__all__ = ["Page", "Paging", "Walk", "awalk", "needed", "paging", "walk"]

Page = Any
_TOTAL = r"total(_\w+)?|(\w+_)?count|total[A-Z]\w*"  # of all items, not of those in the page
_BESIDE_ITEMS = (
    rf"{_TOTAL}|total_\w+_limit|(next|prev|previous|first|last)([_A-Z]\w*)?|(has_?[mM]ore\w*|page\w*|per_?[pP]age"
    r"|limit|offset|start|size|end|object|url|uri|kind|self|_?links|_?meta(data)?|pagination|paging|response_metadata)"
)
_PAGE = r"(?i:page|page_?(number|num|no|index))"
#: query parameters that ask for another page, in one way or another
_ASKS_FOR_PAGES = (
    r"(?i:page|page[_\[-]?(number|num|no|index|token|after|cursor)\]?|offset|skip|start_?(index|at|ing_?after)|starting_after"
    r"|cursor|after|marker|(next|continuation)_?token|page\[\w+\]|from_?index|start)"
)
_NEXT_URL = r"(?i:next|next_?(page)?_?(url|uri|link|href)|@odata\.nextLink|nextLink|nextPageLink)"
_HOLDS_LINKS = ("links", "_links", "pages", "paging", "pagination", "meta", "metadata", "next", "response_metadata")
_MOST_ALIKE = 1000  # pages of partial objects in a row that are alike, before a walk without a total is given up


class Paging(NamedTuple):
    """How an operation pages.

    Attributes:
        items: the name of the list in a page; empty where the page is the list.
        mode: ``offset``, ``page``, ``cursor``, ``after``, ``link``, ``next`` or ``once``.
        offset: the keyword that says where a page starts.
        cursor: the keyword of the cursor, or of the page's number.
        total: the name of the number of all items in a page; empty where pages have none.
        following: where the cursor or the URL of the page after it stands in a page, names joined by dots.
        first: the number of the first page.
    """

    items: str
    mode: str
    offset: str = ""
    cursor: str = ""
    total: str = ""
    following: str = ""
    first: int = 0

    def items_of(self, page: Page) -> list[Any]:
        """The items of a page."""
        items = page if not self.items else page.get(self.items) if isinstance(page, dict) else None
        return items if isinstance(items, list) else []

    def total_of(self, page: Page) -> int | None:
        """The number of all items that a page names; None when it names none, or only what it stopped counting at."""
        if not isinstance(page, dict):
            return None
        total, cap = page.get(self.total), page.get(f"{self.total}_limit")
        if not isinstance(total, int) or (isinstance(cap, int) and total >= cap):
            return None
        return total

    def following_of(self, page: Page) -> Any:
        """The cursor or URL of the page after this one; None at the end."""
        value = page
        for step in self.following.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value


# --- reading the document ----------------------------------------------------------------------------------------


def paging(operation: Operation) -> Paging | None:
    """How this operation pages; None when it is no list, or pages in a way that is not understood."""
    batch = operation.method == "POST" and operation.path.endswith("/list")
    if operation.method != "GET" and not batch:
        return None
    schema = _success_schema(operation)
    query = {p.name: p for p in operation.parameters if p.location == "query"}
    items = _items(schema, of_objects=not {"limit", "offset"} <= query.keys()) if schema is not None else None
    if schema is None or items is None:
        return None
    total = next((name for name, field in schema.fields.items() if _is_total(name, field)), "")
    if batch:
        fields = _body_fields(operation)
        offset = next((name for name in fields if name.endswith("offset")), "")
        mode = "offset" if offset and any(name.endswith("limit") for name in fields) else "once"
        return Paging(items, mode, offset, total=total)
    plan = _by_cursor(items, query, schema, total) or _by_url(items, operation, schema, total)
    return plan or _by_number(items, query, total)


def _by_cursor(items: str, query: Mapping[str, Parameter], schema: Schema, total: str) -> Paging | None:
    offset = query["offset"].keyword if "offset" in query else ""
    for name, parameter in query.items():
        following = _place_of(schema, f"next_{re.escape(name)}|next{re.escape(name[:1].upper() + name[1:])}")
        if following:
            return Paging(items, "cursor", offset, parameter.keyword, total, following)
    after = query.get("starting_after")
    rows = schema.fields[items].items if items else schema.items
    if after is not None and "has_more" in schema.fields and rows is not None and "id" in rows.fields:
        return Paging(items, "after", "", after.keyword, total, "has_more")
    return None


def _by_url(items: str, operation: Operation, schema: Schema, total: str) -> Paging | None:
    success = operation.success
    if success is not None and any(name.lower() == "link" for name in success.headers):
        return Paging(items, "link", total=total)
    following = _place_of(schema, _NEXT_URL)
    return Paging(items, "next", total=total, following=following) if following else None


def _by_number(items: str, query: Mapping[str, Parameter], total: str) -> Paging | None:
    if "limit" in query and "offset" in query:
        return Paging(items, "offset", query["offset"].keyword, total=total)
    for name, parameter in query.items():
        if re.fullmatch(_PAGE, name) and parameter.schema is not None and "integer" in parameter.schema.described_types:
            first = _first_page(parameter.schema)
            return None if first is None else Paging(items, "page", "", parameter.keyword, total, first=first)
    return None if any(re.fullmatch(_ASKS_FOR_PAGES, name) for name in query) else Paging(items, "once", total=total)


def _first_page(schema: Schema) -> int | None:
    """The number of the first page, where the document says it; None where it may be 0 or 1."""
    words = schema.plain.keywords
    for value in (schema.default, words.get("minimum"), words.get("example")):
        if value in (0, 1) and not isinstance(value, bool):
            return int(value)
    return None


def _place_of(schema: Schema, name_pattern: str) -> str:
    """Where a text field of this name stands in a page: at its top, or in what holds links and cursors."""
    waiting = [("", schema)]
    for _ in range(3):
        inner = []
        for base, each in waiting:
            for name, field in each.fields.items():
                href = name == "href" and base.endswith("next.") and name_pattern is _NEXT_URL
                if (href or re.fullmatch(name_pattern, name)) and "string" in field.described_types:
                    return f"{base}{name}"
                if name in _HOLDS_LINKS and field.fields:
                    inner.append((f"{base}{name}.", field))
        waiting = inner
    return ""


def _success_schema(operation: Operation) -> Schema | None:
    success = operation.success
    media = next((m for n, m in success.content.items() if "json" in n), None) if success is not None else None
    return media.schema if media is not None else None


def _items(schema: Schema, *, of_objects: bool) -> str | None:
    """The one list, when all that stands beside it counts or points on: an object with tags is no list.

    Args:
        schema: of the answer.
        of_objects: a list of anything else is none; it is one where limit and offset say so.

    Returns:
        Its name; empty where the answer itself is the list; None where there is none.
    """
    if {*schema.described_types} - {"null"} == {"array"}:
        return "" if schema.items is None or not of_objects or "object" in schema.items.described_types else None
    fields = schema.fields
    lists = [
        name
        for name, field in fields.items()
        if "array" in field.described_types
        and (not of_objects or (field.items is not None and "object" in field.items.described_types))
    ]
    alone = all(name in lists or re.fullmatch(_BESIDE_ITEMS, name) or name.startswith("@") for name in fields)
    return lists[0] if len(lists) == 1 and alone else None


def _is_total(name: str, field: Schema) -> bool:
    numeric = bool({"integer", "number"} & {*field.described_types})
    return re.fullmatch(_TOTAL, name) is not None and not name.endswith(("_limit", "pages", "Pages")) and numeric


def _body_fields(operation: Operation) -> Mapping[str, Schema]:
    content = operation.request_body.content if operation.request_body is not None else {}
    media = next(iter(content.values()), None)
    return media.schema.fields if media is not None and media.schema is not None else {}


def needed(plan: Paging | None, operation: Operation) -> Paging:
    """The plan, or the sentence that there is none."""
    if plan is not None:
        return plan
    schema = _success_schema(operation)
    listed = operation.method == "GET" and schema is not None and _items(schema, of_objects=True) is not None
    asks = [p.name for p in operation.parameters if p.location == "query" and re.fullmatch(_ASKS_FOR_PAGES, p.name)]
    if listed and asks:
        raise ArgumentError(
            f"{operation.name} pages by {', '.join(asks)}, and how is not to be read off the document, so it is not "
            "walked; understood are limit and offset, a page whose first number is documented, X with next_X in the "
            "page, starting_after, a URL of the next page, and a documented Link header. Call it page by page"
        )
    raise ArgumentError(
        f"{operation.name} is no list, so it has no pages; lists are GET operations and batch POST …/list "
        "whose answer holds one list"
    )


# --- walking -----------------------------------------------------------------------------------------------------


class Walk:
    """Where a walk stands; pure, so that the plain and the async client share it.

    Attributes:
        arguments: the keywords of the next call.
        url: where the next page is; empty when the arguments make its URL.
        count: the items that have come.
    """

    def __init__(self, paging: Paging, arguments: Mapping[str, Any]) -> None:
        self.paging = paging
        self.arguments = dict(arguments)
        self.mode = paging.mode
        self.url = ""
        if self.mode == "cursor" and paging.offset:
            if self.arguments.get(paging.offset) is not None:
                self.mode = "offset"
            else:
                self.arguments.setdefault(paging.cursor, "")
        self.count = self.arguments.get(paging.offset) or 0
        self._before: list[Any] | None = None
        self._alike = 0  # pages in a row that are as the one before them

    def after(self, page: Page, response: Response | None = None) -> bool:
        """Take in a page; is there another to ask for, with ``arguments`` or ``url`` as they now are?

        Args:
            page: the data.
            response: as it came, for its header fields and its URL.

        Raises:
            ContractError: the page is the one before it again, or the next one is elsewhere.
        """
        items = self.paging.items_of(page)
        self.count += len(items)
        if self.mode == "once":
            return False
        if self.mode in {"link", "next"}:
            return self._next_url(page, response)
        if not items:
            return False
        total = self.paging.total_of(page)
        self._alike = self._alike + 1 if items == self._before else 0
        if self._alike and not (self._is_partial(items) and (total is not None or self._alike < _MOST_ALIKE)):
            raise ContractError(
                f"the server sent the same page twice (at {self.count} items), so the walk would never end; "
                "report it, with .pages() the pages before it can be had",
                data=page,
            )
        self._before = items
        return self._advance(page, items, total)

    def _advance(self, page: Page, items: list[Any], total: int | None) -> bool:
        """Set the arguments of the next page; is there one?"""
        cursor = self.paging.cursor
        if self.mode == "cursor":
            self.arguments[cursor] = self.paging.following_of(page)
            return bool(self.arguments[cursor])
        if self.mode == "after":
            self.arguments[cursor] = items[-1].get("id") if isinstance(items[-1], dict) else None
            return self.paging.following_of(page) is True and self.arguments[cursor] is not None
        if self.mode == "page":
            number = self.arguments.get(cursor)
            self.arguments[cursor] = (self.paging.first if number is None else number) + 1
        else:
            self.arguments[self.paging.offset] = self.count
        return total is None or bool(self.count < total)  # without a total an empty page tells the end

    def _next_url(self, page: Page, response: Response | None) -> bool:
        """Go on to the URL that the page or its Link field names; relative ones start from that of this page."""
        here = response.url if response is not None else ""
        target = self.paging.following_of(page)
        if self.mode == "link":
            target = _rel_next(response.headers.get("link", "")) if response is not None else ""
        if not isinstance(target, str) or not target:
            return False
        try:
            url = urljoin(here, target)
            away = messages.origin(url) != messages.origin(here)
        except ValueError:
            url, away = "", True
        if away or url == here:
            where = "another server" if away else "itself"
            raise ContractError(f"a page names {where} as the page after it, so the walk ends here", data=page)
        self.url = url
        return True

    def _is_partial(self, items: list[Any]) -> bool:
        """Do the items hold only the fields that an argument names? Such items may be equal without being the same.

        A server may leave the total out of such pages, as one was seen to; an empty page tells the end then.
        """
        choices = [{*value} for value in self.arguments.values() if isinstance(value, list | tuple | set | frozenset)]
        return any(all(isinstance(item, dict) and item.keys() <= names for item in items) for names in choices)


def _rel_next(field: str) -> str:
    """The target of ``rel="next"`` in a Link field (RFC 8288 §3); empty when there is none."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", field):
        relation = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]+))", parameters, re.IGNORECASE)
        if relation is not None and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return ""


def walk(fetch: Fetch, plan: Paging, args: tuple[object, ...], arguments: Mapping[str, object]) -> Iterator[Page]:
    """The pages, one call each, lazily.

    Args:
        fetch: (positional arguments, keywords, URL or "") to a page and its response.
        plan: how it pages.
        args: the positional arguments of the call.
        arguments: its keywords.
    """
    state = Walk(plan, arguments)
    more = True
    while more:
        page, response = fetch(args, state.arguments, state.url)
        more = state.after(page, response)
        yield page


async def awalk(
    fetch: AsyncFetch, plan: Paging, args: tuple[object, ...], arguments: Mapping[str, object]
) -> AsyncIterator[Page]:
    """The pages, one awaited call each, lazily."""
    state = Walk(plan, arguments)
    more = True
    while more:
        page, response = await fetch(args, state.arguments, state.url)
        more = state.after(page, response)
        yield page

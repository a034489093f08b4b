"""Pages by offset, several fetched at once."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tiny_specs import json_answer, parameter, tiny

from dynclient.client.pages_ahead import awalk_ahead, walk_ahead
from dynclient.client.pagination import paging, walk
from dynclient.errors import ArgumentError, NotFound, Problem
from dynclient.http.messages import Response

INT = {"type": "integer"}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"type": "object"}}, "total": INT},
}
LIMITS = [parameter("limit", schema=INT), parameter("offset", schema=INT)]


def plan(query=LIMITS):
    return paging(
        tiny(
            {"GET /a": {"operationId": "op", "parameters": query, "responses": {"200": json_answer(PAGE)}}}
        ).operations.op
    )


class Service:
    """So many items, pages of ten, and what happens to both when a page is asked for."""

    def __init__(self, count, change=lambda *_: None, wait=lambda *_: None):
        self.items = [{"n": n} for n in range(count)]
        self.asked, self.change, self.wait = [], change, wait
        self.at_once = self.most = 0
        self.threads = ThreadPoolExecutor(16)  # asyncio's own has six where there are two cores
        self._lock = threading.Lock()

    def __call__(self, _args, arguments, _url):
        offset = arguments.get("offset", 0)
        with self._lock:
            self.asked.append(offset)
            self.change(self, offset)
            page = {"things": self.items[offset : offset + 10], "total": len(self.items)}
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.wait(self, offset)
        with self._lock:
            self.at_once -= 1
        return page, Response(200)

    async def awaited(self, *call):
        return await asyncio.get_running_loop().run_in_executor(self.threads, self, *call)


def blocking(service, workers, **arguments):
    return [i["n"] for page in walk_ahead(service, plan(), (), arguments, workers) for i in page["things"]]


def awaited(service, workers, **arguments):
    async def main():
        pages = awalk_ahead(service.awaited, plan(), (), arguments, workers)
        return [item["n"] async for page in pages for item in page["things"]]

    return asyncio.run(main())


KINDS = pytest.mark.parametrize("items", [blocking, awaited])


@KINDS
@pytest.mark.parametrize("count", [0, 1, 10, 11, 95, 100])
def test_every_item_comes_once_in_order(items, count):
    """Whatever the total, what comes is what a walk one by one brings, with no page more."""
    service, serial = Service(count), Service(count)
    assert items(service, 8) == list(range(count))
    list(walk(serial, plan(), (), {}))
    assert sorted(service.asked) == sorted(serial.asked)


@KINDS
@pytest.mark.parametrize("workers", [2, 8])
def test_as_many_pages_are_under_way_as_there_are_workers(items, workers):
    """A server that answers no page until all workers ask for one is walked to its end, and never asked for more."""
    meeting = threading.Barrier(workers, timeout=60)

    def meet(_service, offset):
        if 30 <= offset < 30 + 10 * workers:  # those after the first page, which tells how many there are
            meeting.wait()

    service = Service(300, wait=meet)
    assert items(service, workers, offset=20) == list(range(20, 300))
    assert service.most == workers


def gone(service, offset):
    if offset == 50 and len(service.items) == 100:
        del service.items[80:]


def grown(service, offset):
    if offset == 50 and len(service.items) == 100:
        service.items += [{"n": n} for n in range(100, 125)]


@KINDS
@pytest.mark.parametrize(("change", "count"), [(gone, 80), (grown, 125)])
def test_entries_may_come_and_go(items, change, count):
    """Where the total changes on the way, the walk ends where the items do."""
    assert items(Service(100, change=change), 4) == list(range(count))


@KINDS
def test_a_page_that_is_shorter_than_the_others(items):
    """Pages are counted by what arrived: after a short one the walk goes on from there, and skips nothing."""

    class Clamped(Service):
        def __call__(self, args, arguments, url):
            page, response = super().__call__(args, arguments, url)
            if arguments.get("offset") == 20:
                page["things"] = page["things"][:3]
            return page, response

    assert items(Clamped(60), 4) == list(range(60))


def test_a_walk_that_is_left_asks_for_no_more():
    """Closing the iterator ends the threads; nothing is begun after that."""
    service = Service(1000)
    pages = walk_ahead(service, plan(), (), {}, 4)
    next(pages)
    next(pages)
    pages.close()
    count = len(service.asked)
    time.sleep(0.02)
    assert len(service.asked) == count <= 6


@KINDS
def test_an_error_comes_in_its_turn(items):
    """The pages before the one that fails come first; its error is raised then."""

    def fail(_service, offset):
        if offset == 30:
            raise NotFound("no", problem=Problem(404))

    with pytest.raises(NotFound):
        items(Service(100, change=fail), 4)


def test_other_ways_of_paging_go_one_by_one():
    """Without a total or an offset there is nothing to ask for ahead."""
    service = Service(30)
    pages = walk_ahead(service, plan([]), (), {}, 8)
    assert [len(page["things"]) for page in pages] == [10]


@pytest.mark.parametrize("workers", [0, -1, "8"])
def test_workers_are_a_number(workers):
    """Fewer than one worker is refused before anything is sent."""
    import dynclient

    client = dynclient.Client(dynclient.load("3.3.2"), "http://127.0.0.1:1")
    with pytest.raises(ArgumentError, match="workers: at least 1"):
        client.get_dags.iter(workers=workers)

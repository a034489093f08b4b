"""The numbers to hold, each as a ratio against the bare library in the same run, beside its bound.

``python tests/benchmarks/bench.py [--quick]``; the two sides of a ratio take turns, the median of the pairwise ratios
is shown with its quartiles. Nothing here is asserted: machines differ, ratios travel.
"""

from __future__ import annotations

import argparse
import compileall
import copy
import gc
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
import serve
import urllib3

import dynclient
from dynclient.cli.completion import complete
from dynclient.documents.sources import read
from dynclient.http.messages import Headers, Response
from dynclient.openapi.response_decoder import Decoder
from dynclient.openapi.spec import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RELEASE = "3.3.2"
HERE = Path(__file__).parent


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ratio: float
    low: float
    high: float
    bound: str
    note: str = ""


def ratios(ours: Callable[[], float], theirs: Callable[[], float], pairs: int) -> tuple[float, float, float]:
    """Median and quartiles of ours/theirs, measured in turns."""
    ours(), theirs()
    found = []
    for n in range(pairs):
        first, second = (ours, theirs) if n % 2 else (theirs, ours)
        a, b = first(), second()
        found.append(a / b if first is ours else b / a)
    quartiles = statistics.quantiles(found, n=4)
    return statistics.median(found), quartiles[0], quartiles[2]


def timed(call: Callable[[], Any], times: int) -> Callable[[], float]:
    """Seconds that so many calls take."""

    def run() -> float:
        gc.collect()
        start = time.perf_counter()
        for _ in range(times):
            call()
        return time.perf_counter() - start

    return run


def cpu(code: str) -> Callable[[], float]:
    """CPU seconds of a cold process."""

    def run() -> float:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE.anchor)
        usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(usage[1])
        if process.returncode:
            raise SystemExit(f"a measured process failed: {code}")
        return usage[2].ru_utime + usage[2].ru_stime

    return run


def cold(url: str, quick: bool) -> Iterator[Row]:
    pairs = 7 if quick else 25
    ours = f"import dynclient as d; d.Client(d.load({RELEASE!r}), {url!r}).get_version()"
    theirs = f"import requests; requests.get({url + '/api/v2/version'!r}).json()"
    yield Row(
        "cold process to the first validated answer, CPU, against requests.get",
        *ratios(cpu(ours), cpu(theirs), pairs),
        "<= 1.15",
    )
    ours = f"import dynclient as d, inspect; inspect.signature(d.Client(d.load({RELEASE!r}), 'http://x').get_dags)"
    yield Row(
        "import, load, one signature, against import requests",
        *ratios(cpu(ours), cpu("import requests"), pairs),
        "<= 0.5",
    )


def warm(url: str, quick: bool) -> Iterator[Row]:
    pairs, session, pool = (9 if quick else 41), requests.Session(), urllib3.PoolManager()
    version = url + "/api/v2/version"
    with dynclient.Client(dynclient.load(RELEASE), url) as client:
        small = ratios(
            timed(client.get_version, 50), timed(lambda: json.loads(pool.request("GET", version).data), 50), pairs
        )
        yield Row("one small call, against PoolManager().request and json.loads", *small, "<= 1.2")
        small = ratios(timed(client.get_version, 50), timed(lambda: session.get(version).json(), 50), pairs)
        yield Row("one small call, against Session.get().json()", *small, "for scale")
        page = ratios(
            timed(lambda: client.get_dags(limit=100), 10),
            timed(lambda: session.get(url + "/api/v2/dags", params={"limit": 100}).json(), 10),
            pairs,
        )
        yield Row(f"a page of 100 DAGs ({len(serve.PAGE) // 1000} kB), against Session.get().json()", *page, "<= 0.75")


def decoding(quick: bool) -> Iterator[Row]:
    spec = dynclient.load(RELEASE)
    operation = spec.operations["get_dags"]
    decoder = Decoder(operation, lambda: spec.models)
    response = Response(200, Headers({"Content-Type": "application/json"}), serve.PAGE)
    assert decoder.decode(response, {}).error is None, "the page keeps to the document"
    engine = operation.success.content["application/json"].schema.response._closed.engine
    found = ratios(
        timed(lambda: decoder.decode(response, {}), 30),
        timed(lambda: engine.is_valid(json.loads(serve.PAGE)), 30),
        11 if quick else 41,
    )
    yield Row("decode, validate, build models of that page, against json.loads + is_valid", *found, "<= 0.95")


def tenfold() -> dict[str, Any]:
    """The same document with ten times the paths and schemas."""
    document = copy.deepcopy(read(RELEASE)[0])
    paths, schemas = document["paths"], document["components"]["schemas"]
    for n in range(1, 10):
        text = json.dumps({"paths": paths, "schemas": schemas}).replace(
            "#/components/schemas/", f"#/components/schemas/N{n}"
        )
        made = json.loads(text)
        for path, item in made["paths"].items():
            for operation in item.values():
                operation["operationId"] += f"_{n}"
            document.setdefault("more", {})[f"/n{n}{path}"] = item
        document["components"].setdefault("extra", {}).update({f"N{n}{k}": v for k, v in made["schemas"].items()})
    document["paths"] = {**paths, **document.pop("more")}
    document["components"]["schemas"] = {**schemas, **document["components"].pop("extra")}
    return document


COMPLETED = {
    "operations": "af.get_d",
    "arguments": "af.get_dags(",
    "enum values": 'af.get_dags(last_dag_run_state="',
    "keys": 'af.tags["',
}


def completing(quick: bool) -> Iterator[Row]:
    """Milliseconds of a TAB as parts of 50: the first one of a fresh client, which is the slowest."""
    spec = dynclient.load(RELEASE)
    for what, text in COMPLETED.items():
        parts = []
        for _ in range(9 if quick else 41):
            names = {"af": dynclient.Client(spec, server="http://127.0.0.1")}
            start = time.perf_counter()
            assert complete(text, names), text
            parts.append((time.perf_counter() - start) / 0.05)
        low, median, high = statistics.quantiles(parts, n=4)
        yield Row(f"completion of {what} at a prompt, against 50 ms", median, low, high, "<= 1")


def growth(url: str, quick: bool) -> Iterator[Row]:
    one, ten = read(RELEASE)[0], tenfold()
    texts = [json.dumps(document) for document in (one, ten)]

    def start(text: str) -> Callable[[], Any]:
        return lambda: dynclient.Client(parse(json.loads(text)), url).get_dags

    pairs = 7 if quick else 21
    factor = len(texts[1]) / len(texts[0])
    yield Row(
        f"start-up with a document {factor:.1f} times larger, against the one",
        *ratios(timed(start(texts[1]), 1), timed(start(texts[0]), 1), pairs),
        f"<= {1.2 * factor:.0f}",
        "linear",
    )
    small, large = (dynclient.Client(parse(document), url) for document in (one, ten))
    call = ratios(timed(small.get_version, 50), timed(large.get_version, 50), pairs)
    yield Row("a call with the document of today, against the ten times larger one", *call, "about 1")


def walking(url: str, quick: bool) -> Iterator[Row]:
    pages, session = (100 if quick else 1000), requests.Session()

    def bare() -> None:
        for n in range(pages):
            session.get(f"{url}/api/v2/dags", params={"limit": 10, "offset": 10 * n}).json()

    def walk(client: dynclient.Client) -> None:
        for n, _ in enumerate(client.get_dags.pages(limit=10), 1):
            if n == pages:
                break

    with dynclient.Client(dynclient.load(RELEASE), url) as client:
        found = ratios(timed(bare, 1), timed(lambda: walk(client), 1), 3 if quick else 5)
        yield Row(f"{pages} pages walked: our rate, against a bare loop of Session.get", *found, ">= 1.5")
        tracemalloc.start()
        walk(client)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"memory of that walk: {peak / 1000:.0f} kB at most, {kept / 1000:.0f} kB kept")


def main() -> None:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer pairs")
    quick = arguments.parse_args().quick
    # as any installer does; a checkout run with PYTHONDONTWRITEBYTECODE would compile its sources in each process
    compileall.compile_dir(Path(dynclient.__file__).parent, quiet=1)
    server = subprocess.Popen(
        [sys.executable, str(HERE / "serve.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    try:
        for rows in (
            cold(url, quick),
            warm(url, quick),
            decoding(quick),
            growth(url, quick),
            walking(url, quick),
            completing(quick),
        ):
            for row in rows:
                print(f"{row.ratio:6.2f}  ({row.low:.2f}-{row.high:.2f})  bound {row.bound:9}  {row.what}", flush=True)
    finally:
        server.communicate("")


if __name__ == "__main__":
    main()

"""One client under load: many calls, many threads, many tasks, given up halfway. Figures are shown at the end."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import resource
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import dynclient
from dynclient import aio
from dynclient.testing import fake_airflow

SERVE = Path(__file__).parents[1] / "benchmarks" / "serve.py"
CALLS = 1_000_000
AUTH = ("admin", "word-of-the-admin")


def descriptors():
    return len([*Path("/proc/self/fd").iterdir()])


def resident():
    """Mebibytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.fixture
def url():
    """A server that answers as fast as it can, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(SERVE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        yield f"http://127.0.0.1:{int(run.stdout.readline())}"
        run.stdin.close()


@pytest.mark.timeout(3000)
def test_a_million_calls_cost_no_memory(url, figure):
    """After the first thousand calls neither memory nor descriptors grow."""
    af = dynclient.Client(dynclient.load("3.3.2"), server=url)
    for _ in range(1000):
        af.get_version()
    gc.collect()
    before, open_before, start = resident(), descriptors(), time.monotonic()
    for _ in range(CALLS):
        af.get_version()
    gc.collect()
    grown, seconds = resident() - before, time.monotonic() - start
    more = descriptors() - open_before
    figure(f"load: {CALLS} calls in {seconds:.0f} s, {grown:.1f} MiB more, {more} descriptors more")
    assert grown < 2
    assert more == 0


def test_threads_and_a_login_in_the_middle(figure):
    """32 threads share a client whose token ends every second; every call succeeds, and few logins are done."""
    with fake_airflow("3.3.2", auth=AUTH, token_seconds=2) as server:
        af = dynclient.connect(server.url, auth=AUTH)
        errors, calls = [], []

        def work():
            end = time.monotonic() + 5
            try:
                while time.monotonic() < end:
                    calls.append(af.get_dag("tutorial").dag_id)
            except dynclient.DynclientError as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        logins = sum(served.request.url.endswith("/auth/token") for served in server.requests)
    figure(f"load: 32 threads, {len(calls)} calls, {logins} logins, {len(errors)} errors")
    assert errors == []
    assert 2 <= logins <= 20


def test_awaited_calls_that_are_cancelled(url, figure):
    """Of a thousand awaited calls every second one is cancelled; the client goes on, and nothing stays open."""

    async def main():
        async with aio.Client(dynclient.load("3.3.2"), server=url) as af:
            await af.get_version()
            before = descriptors()
            tasks = [asyncio.create_task(af.get_version()) for _ in range(1000)]
            await asyncio.sleep(0.01)
            for task in tasks[::2]:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            finished = sum(isinstance(outcome, dict) for outcome in outcomes)
            others = {type(outcome) for outcome in outcomes} - {asyncio.CancelledError}
            version = (await af.get_version()).version
            return before, finished, others, version

    before, finished, others, version = asyncio.run(main())
    gc.collect()
    figure(f"load: 1000 awaited calls, 500 cancelled, {finished} finished")
    assert finished >= 500
    assert all(issubclass(kind, dict) for kind in others), others
    assert version == "3.3.2"
    assert descriptors() <= before


def test_streams_that_are_left_give_their_connections_back(figure):
    """A thousand logs that are read for a line and dropped leave neither a descriptor nor a warning."""
    with fake_airflow("3.3.2") as server:
        af = dynclient.connect(server.url)
        run = af.run_and_wait("tutorial")
        task = af.get_task_instances("tutorial", run.dag_run_id)["task_instances"][0]["task_id"]
        next(iter(af.log("tutorial", run.dag_run_id, task)))
        gc.collect()
        before = descriptors()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for _ in range(1000):
                next(iter(af.log("tutorial", run.dag_run_id, task)))
            gc.collect()
        after = descriptors()
    figure(f"load: 1000 streams left, {after - before} descriptors more")
    assert after <= before + 4  # the server of this process has its own ends of connections


PROGRAM = """
import asyncio, sys
import dynclient
from dynclient import aio

url, kind = sys.argv[1:]
spec = dynclient.load("3.3.2")
if kind == "blocking":
    client = dynclient.Client(spec, server=url)
    print(client.get_version().version)
else:
    async def main():
        client = aio.Client(spec, server=url)
        print((await client.get_version()).version)
    asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_a_program_that_closes_nothing_ends_quietly(url, kind):
    """A client that is never closed leaves no warning and no traceback at the end of the interpreter."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, url, kind],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("3.3.2", "", 0)


def worker(client, number):
    """What a process does with a client that came to it: by fork as it is, by spawn in a pickle."""
    return [client.get_version().version for _ in range(number)]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_share_no_connection(url, method):
    """A client in use goes to eight processes; each call of each of them and of the parent is answered."""
    context = multiprocessing.get_context(method)
    client = dynclient.Client(dynclient.load("3.3.2"), server=url)
    client.get_version()
    with ProcessPoolExecutor(8, mp_context=context) as pool:
        outcomes = [pool.submit(worker, client, 100) for _ in range(8)]
        assert worker(client, 100) == ["3.3.2"] * 100
        assert [outcome.result() for outcome in outcomes] == [["3.3.2"] * 100] * 8

"""README is a session: what it shows at the prompt is run, offline, against the fake server."""

from __future__ import annotations

import asyncio
import contextlib
import doctest
import re
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import dynclient
from dynclient.testing import fake_airflow

README = Path(__file__).parents[1] / "README.md"
PLACE = "http://localhost:8080"


def sessions(text: str) -> str:
    """The prompts of the page, in one session."""
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return "\n".join(block for block in blocks if block.startswith(">>>"))


def test_what_the_page_shows_is_what_happens():
    """Every prompt of README gives what README says."""
    with fake_airflow("3.3.2", auth=("admin", "secret")) as server:
        shown = sessions(README.read_text("utf-8")).replace(PLACE, server.url)
        test = doctest.DocTestParser().get_doctest(shown, {}, "README", str(README), 0)
        said: list[str] = []
        results = doctest.DocTestRunner().run(test, out=said.append)
    assert results.attempted > 20
    assert results.failed == 0, "".join(said)


def test_the_page_names_the_two_commands():
    """The two commands that set everything up stand at the top."""
    head = README.read_text("utf-8")[:1500]
    assert 'python -m pip install ".[all]" && dynclient demo' in head
    assert "python -m pip install tox && tox" in head


def block(start: str) -> str:
    """The lines of code of the page's block that begins so."""
    return next(
        b for b in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if b.startswith(start)
    )


def test_the_awaited_lines_run():
    """What README shows of awaiting does what the blocking session does."""
    names = {}
    exec(block("import asyncio\n"), names)
    with fake_airflow("3.3.2", auth=("admin", "secret")) as server:
        assert asyncio.run(names["main"](server.url)) == ["etl_daily", "report_weekly", "tutorial"]


def test_the_spans_come_to_opentelemetry():
    """What README shows of tracing makes a span of each attempt, below the caller's own."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    names = {}
    exec(block("import time\n"), names)
    with fake_airflow("3.3.2") as server:
        af = dynclient.connect(server.url, transport=dynclient.Transport(on_exchange=names["trace_exchange"]))
        exporter.clear()
        with trace.get_tracer("test").start_as_current_span("job"), contextlib.suppress(dynclient.NotFound):
            af.get_dag("nope")
    call, job = exporter.get_finished_spans()
    assert call.name == "GET /api/v2/dags/nope"
    assert call.parent.span_id == job.context.span_id
    assert call.attributes["http.response.status_code"] == 404
    assert job.start_time <= call.start_time < call.end_time <= job.end_time

"""Cassettes in every form that vcrpy and its relatives write."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest
import vcr
from cassettes import PLAIN, SPEC, cassette, entry
from vcr.serialize import serialize
from vcr.serializers import jsonserializer

import dynclient
from dynclient.contract import recordings, recordings_vcr
from dynclient.contract.auditor import audit
from dynclient.contract.scrub import scrub
from dynclient.testing import fake_airflow

# --- forms of recordings -----------------------------------------------------------------------------------------

RAW_DEFLATE = zlib.compress(PLAIN)[2:-4]


@pytest.mark.parametrize(
    ("form", "coding"),
    [
        ({"string": PLAIN.decode()}, ""),
        ({"string": PLAIN}, ""),
        ({"string": gzip.compress(PLAIN, mtime=0)}, "gzip"),
        ({"string": zlib.compress(PLAIN)}, "deflate"),
        ({"string": RAW_DEFLATE}, "deflate"),
        ({"string": PLAIN}, "gzip"),
        ({"string": PLAIN.decode()}, "br"),
        ({"base64_string": base64.b64encode(PLAIN).decode(), "encoding": "UTF-8"}, ""),
        ({"base64_string": base64.b64encode(gzip.compress(PLAIN, mtime=0)).decode()}, "gzip"),
        (PLAIN.decode(), ""),
        ([PLAIN[:5], PLAIN[5:]], ""),
    ],
)
def test_forms_of_a_body(tmp_path, form, coding):
    """A body is read from every form that vcrpy and its relatives write, and unpacked."""
    recorded = entry("GET /things/1", **({"Content-Encoding": [coding]} if coding else {}))
    recorded["response"]["body"] = form
    path = cassette(tmp_path, recorded)
    (exchange,) = recordings.read(path).exchanges
    assert exchange.response.body == PLAIN
    assert audit([path], SPEC).ok


def test_cassettes_that_vcrpy_itself_writes(tmp_path):
    """What vcrpy writes, in YAML and in JSON, reads back as the exchanges that it holds."""
    with fake_airflow("2.10.5") as server:
        client = dynclient.Client(server.spec, server=server.server)
        path = tmp_path / "all.yaml"
        with vcr.VCR(**scrub()).use_cassette(str(path)) as tape:
            client.get_dags(limit=1)
            client.post_pool(name="ü", slots=1)
            client.get_pool("ü")
    as_json = {"requests": tape.requests, "responses": [dict(one) for one in tape.responses]}
    (tmp_path / "all.json").write_text(serialize(as_json, jsonserializer))
    open_one = recordings_vcr.from_cassette(tape.data, str(path))
    read = recordings.read(path)
    assert [one.request.url for one in read.exchanges] == [one.request.url for one in open_one.exchanges]
    assert [one.response.body for one in read.exchanges] == [one.response.body for one in open_one.exchanges]
    report = audit([tmp_path], server.spec)
    assert (report.ok, len(report.audited), report.of("disagreement")) == (True, 6, ())

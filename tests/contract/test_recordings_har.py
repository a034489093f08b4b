"""HAR files as browsers write them."""

from __future__ import annotations

import base64

from cassettes import PLAIN, SPEC, URL, har, har_entry, lines

from dynclient.contract import recordings
from dynclient.contract.auditor import audit


def test_har_files(tmp_path):
    """A HAR file's bodies come as text, in base64, or not at all; then request and status are judged alone."""
    json_text = {"mimeType": "application/json", "text": PLAIN.decode()}
    packed = {**json_text, "text": base64.b64encode(PLAIN).decode(), "encoding": "base64"}
    form = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "id", "value": "1"}]}
    file = tmp_path / "page.har"
    file.write_text(
        har(
            har_entry("GET /things/1", json_text, headers=[("Content-Encoding", "br")]),
            har_entry("GET /things/1", packed),
            har_entry("POST /things", json_text, posted=json_text, status=201),
            har_entry("POST /things", json_text, posted=form, status=201),
            har_entry("GET /things/x", {"size": 9}),
            har_entry("GET /things/1", {}, status=0),
        )
    )
    report = audit([file], SPEC)
    assert lines(report) == ["post_thing body content", "get_thing path id type"]
    assert [part.reason for part in report.unread] == ["no answer came"]
    assert len(report.skipped) == 1
    (request,) = [one.request for one in recordings.read(file).exchanges if one.request.body == b"id=1"]
    assert request.url == f"{URL}/things"

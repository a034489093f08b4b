"""Files of recordings: found in folders, read whole or left out with one line."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
import yaml
from cassettes import PLAIN, SPEC, cassette, entry

from dynclient.contract.auditor import audit


def audit_of(folder, *entries, spec=SPEC, **options):
    return audit([cassette(folder, *entries)], spec, **options)


BAD_FILES = {
    "empty.yaml": (b"", "empty"),
    "blank.json": (b" \n", "empty"),
    "binary.yaml": (b"\x00\x01\x02", "binary"),
    "latin.yaml": (b"a: \xff\xfe", "not UTF-8"),
    "not.yaml": (b"a: [1", "cannot be read as JSON or YAML"),
    "cut.json": (b'{"interactions": [{"request": ', "line 1, column"),
    "other.yaml": (b"name: x", "neither a vcrpy cassette"),
    "list.json": (b"[1, 2]", "neither a vcrpy cassette"),
    "code.yaml": (b"interactions: !!python/object/apply:os.system [ls]", "tag"),
    "cut.yaml.gz": (gzip.compress(b"a: 1" * 50)[:-20], "cut off"),
    "deep.json": (b"[" * 100_000, "nested too deep"),
    "deep.yaml": (b"a: " + b"[" * 10_000, "nested"),
    "bad64.yaml": (b"interactions: [{request: !!binary x}]", "base64"),
}


def test_bad_files(tmp_path):
    """A file that cannot be read is one line of the report, and every other file is audited."""
    cassette(tmp_path, entry("GET /things", answer={}))
    for name, (data, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(data)
    report = audit([tmp_path, tmp_path / "gone.yaml"], SPEC)
    reasons = {Path(part.place).name: part.reason for part in report.unread}
    assert set(reasons) == {*BAD_FILES, "gone.yaml"}
    assert {name for name, (_, reason) in BAD_FILES.items() if reason not in reasons[name]} == set()
    assert all("\n" not in reason for reason in reasons.values())
    assert not report.ok
    assert report.text().count("Not read: ") == len(reasons)


@pytest.mark.parametrize(
    "broken",
    [
        {"request": {"method": "GET"}},
        {"request": None, "response": None},
        "text",
        entry("GET /x", url="ftp://h"),
        entry("GET /x", url="http://[h"),
        {**entry("GET /things"), "response": {"status": {"code": 0}}},
        {**entry("GET /things"), "response": {"status": "OK"}},
        {**entry("GET /things"), "request": {**entry("GET /things")["request"], "method": "not one"}},
    ],
)
def test_a_broken_entry(tmp_path, broken):
    """An entry that holds no exchange is one line; those around it are audited."""
    report = audit_of(tmp_path, entry("GET /things"), broken, entry("GET /things"))
    assert [part.place for part in report.unread] == [f"{tmp_path / 'c.yaml'} #2"]
    assert [one.place[-2:] for one in report.audited] == ["#1", "#3"]


def test_nothing_at_all(tmp_path):
    """A check that found nothing to check is not passed."""
    report = audit([tmp_path], SPEC)
    assert not report.ok
    assert "there is nothing here" in report.text()


def test_other_forms_of_a_cassette(tmp_path):
    """The list before format 1, httpx's own form, Ruby's, JSON, a packed file, and Python's own YAML tags are read."""
    old = entry("GET /things/1", answer=PLAIN.decode())
    httpx = {"status_code": 200, "headers": {"content-type": "application/json"}, "content": PLAIN.decode()}
    (tmp_path / "old.yaml").write_text(yaml.safe_dump([old]))
    (tmp_path / "httpx.yaml").write_text(yaml.safe_dump({"interactions": [{**old, "response": httpx}]}))
    (tmp_path / "ruby.json").write_text(json.dumps({"http_interactions": [old]}))
    (tmp_path / "packed.yaml.gz").write_bytes(gzip.compress(yaml.safe_dump({"interactions": [old]}).encode()))
    posted = entry("POST /things", PLAIN.decode(), 201, PLAIN.decode())
    text = yaml.safe_dump({"interactions": [posted]})
    stream = "!!python/object/new:_io.BytesIO\n      state: !!python/tuple\n      - !!binary |\n        "
    body = f"body: {stream}{base64.b64encode(PLAIN).decode()}\n      - 0\n"
    (tmp_path / "tags.yaml").write_text(text.replace(f"body: '{PLAIN.decode()}'\n", body))
    report = audit([tmp_path], SPEC)
    assert (report.ok, report.unread, len(report.audited)) == (True, (), 5)
    assert report.exercised == {"post_thing": 1, "get_thing": 4}
    assert report.notes == (f"{tmp_path / 'packed.yaml.gz'}: packed with gzip; what is in it was read",)


def test_one_path_is_enough(tmp_path):
    """A single path, as text or Path, means the same as a list of one."""
    path = Path(cassette(tmp_path, entry("GET /things", answer={})))
    assert [len(audit(paths, SPEC).audited) for paths in ([path], path, str(path))] == [1, 1, 1]

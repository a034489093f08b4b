"""Bytes become a document, or one sentence that says why not."""

from __future__ import annotations

import json

import pytest

from dynclient.documents import parse
from dynclient.errors import SpecError


def bomb(levels):
    lines = [b"l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"l%d: &l%d [%s]" % (i, i, b", ".join([b"*l%d" % (i - 1)] * 9)) for i in range(1, levels)]
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "data", [b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"), b' \n{"a":1}', b"{a: 1,}"]
)
def test_json_in_any_of_its_encodings(data):
    """JSON is JSON with a byte order mark too, and YAML's flow form is what remains."""
    assert parse.parse(data) == {"a": 1}


REFUSED = [
    # what, bytes, words of the message
    ("nothing", b"", "is empty"),
    ("a list", b"- a", "this is a list"),
    ("a JSON list", b"[1]", "this is a list"),
    ("a text", b"hello", "this is a str"),
    ("a web page", b"<!doctype html><html></html>", "this is a str"),
    ("broken JSON", b'{"a": 1', "past line 1"),
    ("broken YAML", b"a: b: c", "past line 1, column 5"),
    ("NaN", b'{"a": NaN}', "NaN is no JSON number"),
    ("a long number", b'{"a": ' + b"9" * 5000 + b"}", "a number too long"),
    ("a long number in YAML", b"a: " + b"9" * 5000, "a number too long"),
    ("not UTF-8", b'{"a": "\xff"}', "save it as UTF-8"),
    ("not UTF-8 in YAML", b"a: \xff", "cannot be read"),
    ("JSON nested without end", b'{"a":' * 100_000, "nested too deep"),
    ("YAML nested without end", b"a: " + b"[" * 100_000, "nested deeper than 200 levels"),
    ("blocks nested without end", b"\n".join(b" " * i + b"a:" for i in range(300)), "nested deeper than 200 levels"),
    ("dashes nested without end", b"- " * 5000, "nested deeper than 200 levels"),
    ("flow mappings nested without end", b"{a: " * 5000, "nested deeper than 200 levels"),
    (
        "many blocks nested without end",
        b"\n".join(b" " * i + b"a:" for i in range(2000)),
        "nested deeper than 200 levels",
    ),
    ("broken YAML on a long line", b"a: [" + b"[], " * 500 + b"b: c: d]", "cannot be read as JSON or YAML past line 1"),
    ("an alias bomb", bomb(9), "aliases that stand for more than"),
    ("an alias of itself", b"a: &a [*a]", "an alias without a finished anchor"),
    ("an alias of nothing", b"a: *b", "an alias without a finished anchor"),
    ("a Python object", b"a: !!python/object/apply:os.system ['true']", "the tag !!python/object/apply:os.system"),
    ("a Python name", b"a: !!python/name:os.system", "the tag !!python/name:os.system"),
    ("bytes", b"a: !!binary aGVs", "the tag !!binary"),
    ("a set", b"a: !!set {x}", "the tag !!set"),
    ("an own tag", b"a: !secret x", "the tag !secret"),
    ("a key that is a list", b"? [a]\n: b", "a key that is no scalar"),
    ("a key that is an alias", b"a: &a x\n*a : y", "an alias as a key"),
    ("a merge of a text", b"a: {<<: x}", "`<<` takes"),
    ("two documents", b"a: 1\n---\nb: 2", "a second YAML document"),
]


@pytest.mark.parametrize(("data", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_document_is_refused(data, words):
    """Bad bytes are one SpecError that names the document and the place, never another library's error."""
    with pytest.raises(SpecError) as raised:
        parse.parse(data, name="api.yaml")
    assert words in str(raised.value)
    assert str(raised.value).startswith("api.yaml: ")


def test_a_large_document_is_read():
    """Twenty megabytes of JSON are a document like any other."""
    schema = {"type": "object", "properties": {"name": {"type": "string", "description": "x" * 1000}}}
    data = json.dumps({"components": {"schemas": {f"S{i}": schema for i in range(19_000)}}}).encode()
    assert len(data) > 20_000_000
    assert len(parse.parse(data)["components"]["schemas"]) == 19_000

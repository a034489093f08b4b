"""The help texts in specs/words.json cover what the bundled documents hold, and nothing else.

``release`` in that file is the newest release that the lines were written for; later ones may lack some.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.version import Version

from dynclient.documents import releases, sources
from dynclient.documents.pointers import resolve

KINDS = ("fields", "operations", "parameters")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
WORDS = json.loads((Path(__file__).parent.parent / "specs" / "words.json").read_bytes())


def followed(document, value):
    while "$ref" in value:
        value = resolve(document, value["$ref"])
    return value


def properties(document, schema):
    """The names of a body's properties, at any depth."""
    schema = followed(document, schema)
    names = set(schema.get("properties", ()))
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for child in inner + [child for key in ("allOf", "anyOf", "oneOf") for child in schema.get(key, ())]:
        if isinstance(child, dict):
            names |= properties(document, child)
    return names


def documents(newest=None):
    """Every bundled document up to a release, corrected; one for the releases in which it is the same."""
    seen = set()
    for release in releases.releases():
        if newest is not None and Version(release) > Version(newest):
            continue
        for document in (sources.read(release)[0], releases.login(release)):
            text = json.dumps(document and {**document, "info": None}, sort_keys=True)
            if document and text not in seen:
                seen.add(text)
                yield document


def operations(document):
    for item in document["paths"].values():
        for method in METHODS & item.keys():
            yield item[method], item.get("parameters", []) + item[method].get("parameters", [])


def names_of(newest):
    names = {kind: defaultdict(set) for kind in KINDS}
    for document in documents(newest):
        for operation, parameters in operations(document):
            id_ = operation["operationId"]
            names["operations"][id_].add(id_)
            for parameter in parameters:
                names["parameters"][followed(document, parameter)["name"]].add(id_)
            for media in followed(document, operation.get("requestBody", {})).get("content", {}).values():
                for name in properties(document, media["schema"]):
                    names["fields"][name].add(id_)
    return names


@pytest.fixture(scope="module")
def bundled():
    """By kind, each name in the bundled documents with the operations that have it."""
    return names_of(None)


@pytest.fixture(scope="module")
def described():
    """The same of the documents that the lines were written for."""
    return names_of(WORDS["release"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_has_its_line(described, kind):
    """Each operation, parameter and body field of the documents that the lines were written for is explained."""
    assert sorted(described[kind].keys() - WORDS[kind].keys()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_line_is_unused(bundled, kind):
    """A line belongs to a name that a document holds, or to a name of one operation that has it."""
    qualified = {f"{id_}.{name}" for name, ids in bundled[kind].items() for id_ in ids}
    assert sorted(WORDS[kind].keys() - bundled[kind].keys() - qualified) == []


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_short_and_plain(kind):
    """A line fits a terminal, is printable ASCII and has neither blanks around it nor a full stop."""
    wrong = [
        name
        for name, line in WORDS[kind].items()
        if not (0 < len(line) <= 110 and line.isascii() and line.isprintable() and line == line.strip(" ."))
    ]
    assert wrong == []


def test_operations_are_told_apart():
    """No two operations have the same line, so that help can be chosen from."""
    assert len(set(WORDS["operations"].values())) == len(WORDS["operations"])


def test_own_line_of_an_operation_differs():
    """A line for one operation's parameter or field says something that the common line does not."""
    same = [
        name
        for kind in KINDS
        for name, line in WORDS[kind].items()
        if "." in name and line == WORDS[kind].get(name.partition(".")[2])
    ]
    assert same == []


def test_file_reads_well_in_a_diff():
    """One entry a line, sorted."""
    text = (Path(__file__).parent.parent / "specs" / "words.json").read_text(encoding="utf-8")
    assert text == json.dumps(WORDS, indent=2, sort_keys=True) + "\n"

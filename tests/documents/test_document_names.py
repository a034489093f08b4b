"""Names that ``names.json`` and ``words.json`` have, held to documents."""

from __future__ import annotations

import pytest

from dynclient.documents import releases
from dynclient.documents.document_names import missing_names, named_operations, names_without_words, new_states

STATE = {"anyOf": [{"$ref": "#/components/schemas/State"}, {"type": "null"}]}
RUN = {"type": "object", "properties": {"run_id": {"type": "string"}, "state": STATE}}
NAMES = {
    "operations": {
        "run": [{"name": "get_run", "releases": ">=2.0.0"}],
        "start": [{"name": "start_run", "releases": ">=3.0.0"}, {"name": "post_run", "releases": "<=2.9.9"}],
    },
    "parameters": {"run": [{"name": "run_id", "operation": "run", "releases": ">=2.0.0"}]},
    "fields": {"state": [{"name": "state", "operation": "run", "releases": ">=2.0.0"}]},
    "states": {"run": {"operation": "run", "success": ["success"]}},
}


def document(get="get_run", start="start_run", parameter="run_id", run=RUN, states=("success",)):
    """Two operations, whose ids, parameter and answer can be another's."""
    answer = {"200": {"description": "", "content": {"application/json": {"schema": run}}}}
    parameters = [{"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}]
    body = {"content": {"application/json": {"schema": {"properties": {"conf": {"properties": {"day": {}}}}}}}}
    item = {"get": {"operationId": get, "responses": answer}, "parameters": parameters}
    paths = {
        f"/runs/{{{parameter}}}": item,
        "/runs": {"post": {"operationId": start, "requestBody": body, "responses": {"200": {"description": ""}}}},
    }
    return {"paths": paths, "components": {"schemas": {"State": {"enum": list(states)}}}}


BEFORE = named_operations(document())
LIKE_RUN = {"properties": {"run_id": {}, "states": {}}}
MISSING = [
    # what is new, the document, the lines
    ("nothing", document(), []),
    (
        "an operation at the same place",
        document(start="launch"),
        ["operations, start: start_run is gone, launch is likely its new name"],
    ),
    (
        "an operation at another place",
        document(get="get_runs", parameter="id"),
        ["operations, run: get_run is gone, get_runs is likely its new name"],
    ),
    ("a parameter", document(parameter="the_run_id"), ["the_run_id is likely its new name"]),
    ("a parameter unlike", document(parameter="q"), ["parameters, run: run_id is gone, and nothing is called alike"]),
    ("a field", document(run=LIKE_RUN), ["fields, state: state is gone, states is likely its new name"]),
]


@pytest.mark.parametrize(("new", "lines"), [row[1:] for row in MISSING], ids=[row[0] for row in MISSING])
def test_missing_names(new, lines):
    """What is gone is named with the operation at the same method and path, else with a name that comes near."""
    missing = [str(name) for name in missing_names(NAMES, "3.4.0", named_operations(new), BEFORE)]
    assert len(missing) == len(lines)
    assert all(line in text for line, text in zip(lines, missing, strict=True))


def test_names_of_other_releases():
    """A name is looked for in the releases that it is for, and in no other."""
    old = named_operations(document(start="post_run"))
    assert missing_names(NAMES, "2.9.0", old, {}) == []
    assert [name.name for name in missing_names(NAMES, "3.0.0", old, {})] == ["start_run"]


def test_new_states():
    """A value of the state's enum that no group lists is named, through ``$ref`` and ``anyOf``; null is no state."""
    new = document(states=["success", "suspended", None])
    assert new_states(NAMES, "3.4.0", named_operations(new), new) == ["run: suspended"]
    assert new_states(NAMES, "3.4.0", BEFORE, document()) == []


WORDS = {
    "operations": {"get_run": "", "start_run": ""},
    "parameters": {"run_id": ""},
    "fields": {"conf": "", "day": ""},
}


@pytest.mark.parametrize(
    ("kind", "name", "line"),
    [
        ("operations", "get_run", "operations: get_run"),
        ("parameters", "run_id", "parameters: run_id"),
        ("fields", "day", "fields: day"),
    ],
)
def test_names_without_words(kind, name, line):
    """An operation, a parameter and a body's field at any depth want a line: of their own, or of the operation's."""
    assert names_without_words(WORDS, BEFORE) == []
    words = WORDS | {kind: {key: "" for key in WORDS[kind] if key != name}}
    assert names_without_words(words, BEFORE) == [line]
    operation = "start_run" if kind == "fields" else "get_run"
    if kind != "operations":
        words[kind][f"{operation}.{name}"] = ""
        assert names_without_words(words, BEFORE) == []


def test_the_names_fit_every_document():
    """Every operation, argument and field of ``names.json`` is in the document of each bundled release of its range."""
    names = releases.names()
    for release in releases.releases():
        operations = named_operations(releases.bundled_document(release))
        assert [str(name) for name in missing_names(names, release, operations, {})] == [], release


@pytest.mark.parametrize("kind", ["operations", "parameters", "fields"])
def test_every_name_is_for_a_bundled_release(kind):
    """No row's range is empty: a name that no bundled release has is a name too many."""
    for role, rows in releases.names()[kind].items():
        for row in rows:
            assert any(releases.is_within(release, row["releases"]) for release in releases.releases()), (role, row)

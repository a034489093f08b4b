"""What changed between two specs: the catalogue rule by rule, both ways round, and the bundled releases."""

# ruff: noqa: C408, E501 - a row of a table is a line

import itertools
import json
import re
from collections import Counter

import pytest
from diff_tables import (
    FOLDER,
    KEYS,
    OPERATIONS,
    POINT,
    RENAMES,
    TEXT,
    B,
    W,
    answering,
    api,
    assert_mirrors,
    content,
    judgements,
    paths,
)
from hypothesis import HealthCheck, given, settings, strategies as st

from dynclient.contract.diff_causes import causes
from dynclient.contract.diff_report import as_json, as_markdown, as_text, summary
from dynclient.contract.diff_rules import LEVELS
from dynclient.contract.document_diff import Renames, diff
from dynclient.documents import pointers, releases
from dynclient.errors import UnknownOperation
from dynclient.openapi import load, spec


@pytest.mark.parametrize(("before", "after", "expected"), OPERATIONS)
def test_operation(before, after, expected):
    """What belongs to an operation is named, judged and mirrored."""
    table = {"parameters": {"old": "new"}}
    a, b = api(before, **KEYS), api(after, **KEYS)
    assert judgements(diff(a, b, renames=table)) == expected
    assert_mirrors(a, b, Renames(**table))


def test_credentials_where_none_were_known():
    """Where the first document has no security schemes at all, needing one breaks."""
    assert judgements(diff(api({}), api({"security": [{"Key": []}]}, **KEYS))) == [("security-needed", B, "")]


def test_errors_are_told_in_one_change():
    """The bodies of errors are told once for an operation: a client reads them by their status."""
    errors = {
        status: {"description": "", "content": content("application/json")} for status in ("401", "404", "default")
    }
    other = {status: {"description": "", "content": {"application/json": {"schema": POINT}}} for status in errors}
    a, b = (api({"responses": {"200": {"description": ""}} | more}) for more in (errors, other))
    assert judgements(diff(a, b)) == [("response-error-changed", W, "response 401, 404, default")]


def test_what_to_do_is_said():
    """Sentences name the new thing, the old one, and what to do; the table's advice is added."""
    table = {"operations": {"old": "new"}, "replaced": {"operations": {"gone": "use other"}, "fields": {"f": "see g"}}}
    said = {
        c.message for c in diff(paths(old=("get", "/x"), gone=("get", "/y")), paths(new=("get", "/x")), renames=table)
    }
    assert said == {"called new now; call it by that name", "GET /y is gone; do without it (use other)"}
    (change,) = diff(answering({"properties": {"f": TEXT}}), answering({"type": "object"}), renames=table)
    assert change.message == "gone; do not read it (see g)"
    assert change.pointers[1] is None
    assert pointers.resolve(answering({"properties": {"f": TEXT}}).document, change.pointers[0]) == TEXT


def test_used():
    """``used`` keeps the operations it names, by either name, and what concerns the whole document; others are errors."""
    a = paths(one=("get", "/x"), two=("get", "/y"), gone=("get", "/z"))
    b = paths(uno=("get", "/api/x"), dos=("get", "/api/y"), extra=("get", "/api/w"))
    assert {change.operation for change in diff(a, b, used=["one"])} == {"", "one"}
    assert {change.operation for change in diff(a, b, used=["dos"])} == {"", "two"}
    assert {change.operation for change in diff(a, b, used=[])} == {""}
    assert {change.operation for change in diff(a, b, used=["gone", "extra"])} == {"", "gone", "extra"}
    with pytest.raises(UnknownOperation, match="'onee'"):
        diff(a, b, used=["onee"])


# --- properties -------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "old", "new"])
LEAVES = st.one_of(
    st.just({}),
    st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(lambda kind: {"type": kind}),
    st.lists(st.sampled_from(["x", "y", None]), min_size=1, unique=True).map(lambda values: {"enum": values}),
    st.integers(0, 3).map(lambda n: {"type": "integer", "minimum": n, "default": n}),
    st.sampled_from(["date", "date-time", "datetime", "other"]).map(lambda f: {"type": "string", "format": f}),
    st.sampled_from(["One", "Two"]).map(lambda name: {"$ref": f"#/components/schemas/{name}"}),
    st.sampled_from(["readOnly", "writeOnly", "deprecated"]).map(lambda word: {"type": "string", word: True}),
)


def grown(inner):
    fields = st.dictionaries(NAMES, inner, max_size=3)
    return st.one_of(
        st.builds(
            lambda properties, required, closed: {
                "type": "object",
                "properties": properties,
                "required": required,
                **closed,
            },
            fields,
            st.lists(NAMES, unique=True, max_size=2),
            st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "string"}}]),
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.tuples(st.sampled_from(["anyOf", "oneOf", "allOf"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda p: {p[0]: p[1]}
        ),
    )


SCHEMAS = st.recursive(LEAVES, grown, max_leaves=8)
OPERATION_PARTS = st.fixed_dictionaries(
    {"operationId": st.sampled_from(["first", "second", "old", "new"]), "responses": st.dictionaries(st.sampled_from(["200", "201", "404", "default"]), SCHEMAS.map(lambda s: {"description": "", "content": {"application/json": {"schema": s}}}), max_size=2)},
    optional={
        "requestBody": SCHEMAS.map(lambda s: {"content": {"application/json": {"schema": s}}}),
        "parameters": st.lists(NAMES, unique=True, max_size=2).flatmap(lambda names: st.tuples(*[SCHEMAS.map(lambda s, n=n: {"name": n, "in": "query", "schema": s}) for n in names]).map(list)),
        "tags": st.lists(st.sampled_from(["t", "u"]), unique=True),
        "deprecated": st.booleans(),
        "security": st.sampled_from([[], [{}], [{"Key": []}], [{"Key": []}, {"B": ["s"]}], [{"B": []}]]),
    },
)  # fmt: skip
SPECS = st.builds(
    lambda items, one, two: spec.parse(
        {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": items,
            "components": {"schemas": {"One": one, "Two": two}, **KEYS["components"]},
        }
    ),
    st.dictionaries(
        st.sampled_from(["/x", "/x/{i}", "/x/{j}/y", "/v1/x"]),
        st.dictionaries(st.sampled_from(["get", "post"]), OPERATION_PARTS, max_size=2),
        max_size=3,
    ),
    SCHEMAS,
    SCHEMAS,
)
FREELY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TABLE = Renames(operations={"old": "new"}, parameters={"old": "new"}, fields={"old": "new"})


@FREELY
@given(SPECS)
def test_nothing_changed(one):
    """A spec does not differ from itself, nor from another reading of the same document."""
    assert diff(one, one) == ()
    assert diff(one, spec.parse(json.loads(json.dumps(one.document))), renames=TABLE) == ()


@FREELY
@given(SPECS, SPECS)
def test_going_back_mirrors(a, b):
    """diff(b, a) has the mirrored kind at the same place for each change of diff(a, b), and no other."""
    assert_mirrors(a, b, TABLE)


@FREELY
@given(SPECS, SPECS)
def test_every_change_is_told(a, b):
    """Every change has a level and a sentence without gaps, in every format; the order is always the same."""
    changes = diff(a, b, renames=TABLE)
    assert all(
        change.level in LEVELS and len(change.message) > 2 and not re.search(r"\{(was|now|hint)\}", change.message)
        for change in changes
    )
    assert changes == diff(a, b, renames=TABLE)
    assert json.loads(as_json(changes))["summary"] == summary(changes)
    assert sum(len(cause.changes) for cause in causes(changes)) == len(changes)
    assert as_text(changes, "safe").count("\n  ") == as_markdown(changes, "safe").count("\n| ") - as_markdown(
        changes, "safe"
    ).count("\n| level")


# --- the bundled releases ---------------------------------------------------------------------------

RELEASES = ("2.2.0", "2.11.2", "3.0.6", "3.3.2")
LOADED = {name: load.load(name) for name in RELEASES}


@pytest.mark.parametrize(("old", "new"), [*itertools.combinations(RELEASES, 2)])
def test_releases_mirror(old, new):
    """Any two releases mirror each other, and the newer one is as the older one to itself."""
    assert_mirrors(LOADED[old], LOADED[new])
    assert diff(LOADED[new], LOADED[new], renames=RENAMES) == ()


def official(release):
    """A release without corrections."""
    index = json.loads((FOLDER / "index.json").read_text("utf-8"))["releases"]
    return spec.parse(json.loads((FOLDER / f"{index[release]['contract']}.json").read_text("utf-8")))


#: What another count of the official documents found. It matched operations by method and shape of path alone, looked at the
#: fields of the successful answer and at those of the items of its arrays, looked into no union, and knew no renames.
COUNTS = {
    ("2.2.0", "2.10.5"): dict(added=30, removed=0, renamed=0, moved=0, body_required=0, body_closed=0, gone=7, null=18, needed=0, enums=5, body_enums=2),
    ("2.10.5", "2.11.2"): dict(added=0, removed=0, renamed=0, moved=0, body_required=0, body_closed=0, gone=0, null=0, needed=0, enums=0, body_enums=0),
    ("2.11.2", "3.0.6"): dict(added=39, removed=29, renamed=7, moved=2, body_required=15, body_closed=15, gone=97, null=52, needed=687, enums=10, body_enums=2),
    ("3.0.6", "3.3.2"): dict(added=30, removed=1, renamed=0, moved=0, body_required=0, body_closed=0, gone=2, null=21, needed=139, enums=21, body_enums=5),
}  # fmt: skip
#: Where ours is another number: how much each reason adds to it. The rest is equal.
REASONS = {
    ("2.11.2", "3.0.6"): {
        "gone": {
            "clear_dag_run answers with a union, whose fields we compare": 4,
            "get_xcom_entry became a union: the fields are there, the other count lost sight of them": -6,
            "get_task.extra_links: items became strings, which is one change of type and no field gone": -1,
        },
        "null": {
            "clear_dag_run answers with a union": 4,
            "execution_date is called logical_date, and may be null under that name": 7,
            "Connection.password was never sent before (writeOnly): it became readable": -3,
        },
        "needed": {
            "clear_dag_run answers with a union": 50,
            "get_xcom_entry became a union": 8,
            "Connection.password was never sent before (writeOnly): it became readable": -3,
        },
        "enums": {"clear_dag_run answers with a union": 2},
    },
    ("3.0.6", "3.3.2"): {
        "needed": {
            "clear_dag_run answers with a union": 8,
            "get_xcom_entry answers with a union": 3,
            "consuming_dags is called scheduled_dags, and was always there": -2,
        },
        "enums": {"clear_dag_run answers with a union": 2},
    },
}
DEPTH_TWO = re.compile(r"response 2\d\d [^.\[]+(\[\]\.[^.\[]+)?")


def counted(changes):
    """Our changes in the terms of the other count."""
    moved = {change.operation for change in changes if change.kind == "operation-moved"}
    kinds = Counter(change.kind for change in changes)
    same = [change for change in changes if change.operation not in moved]

    def at(pattern, *ends):
        return len({c[2:4] for c in same if re.fullmatch(pattern, c.where) and c.kind.endswith(ends)})

    read = DEPTH_TWO.pattern
    return dict(
        added=kinds["operation-added"] + len(moved),
        removed=kinds["operation-removed"] + len(moved),
        renamed=sum(change.kind == "operation-renamed" for change in same),
        moved=sum(change.kind == "operation-moved" and change.operation == change.now[0] for change in changes),
        body_required=at(r"body [^.\[]+", "-became-required", "-added-required"),
        body_closed=at("body", "-became-closed"),
        gone=at(read, "-removed-optional", "-removed-required", "-property-renamed"),
        null=at(read, "-became-nullable"),
        needed=at(read, "-became-required", "-added-required"),
        enums=at(read, "-enum-values-added", "-enum-values-removed"),
        body_enums=at(r"body [^.\[]+(\[\])?", "-enum-values-added", "-enum-values-removed"),
    )


@pytest.mark.parametrize(("old", "new"), COUNTS)
def test_counts(old, new):
    """The counts of another comparison are reproduced, or each difference has its reasons."""
    reasons = REASONS.get((old, new), {})
    expected = {name: count + sum(reasons.get(name, {}).values()) for name, count in COUNTS[old, new].items()}
    assert counted(diff(official(old), official(new), renames=RENAMES)) == expected


def test_reasons():
    """Each reason of the table holds for as many places as it says."""
    changes = diff(official("2.11.2"), official("3.0.6"), renames=RENAMES)

    def there(operation, *ends):
        return len(
            {
                c.where
                for c in changes
                if c.operation == operation and DEPTH_TWO.fullmatch(c.where) and c.kind.endswith(ends)
            }
        )

    assert there("clear_dag_run", "-removed-optional", "-property-renamed") == 4
    assert there("clear_dag_run", "-became-nullable") == 4
    assert there("clear_dag_run", "-became-required", "-added-required") == 50
    assert there("clear_dag_run", "-enum-values-added", "-enum-values-removed") == 2
    assert there("get_xcom_entry", "-became-required", "-added-required") == 8
    moved = {c.operation for c in changes if c.kind == "operation-moved"}
    null = {c[2:4] for c in changes if c.kind == "response-property-became-nullable"}
    dates = [row for row in null if row[1].endswith("execution_date") and DEPTH_TWO.fullmatch(row[1])]
    assert sum(operation not in moved | {"clear_dag_run"} for operation, _ in dates) == 7
    readable = {(c.operation, c.where.split()[-1]) for c in changes if c.kind == "response-property-became-readable"}
    assert readable == {(f"{verb}_connection", "password") for verb in ("get", "patch", "post")}
    task = {(c.kind, c.where) for c in changes if c.operation == "get_task"}
    assert ("response-property-type-changed", "response 200 extra_links[]") in task


def test_what_an_upgrade_breaks():
    """The changes that people meet when they go from 2.x to 3.x are named and judged as such."""
    changes = diff(LOADED["2.11.2"], LOADED["3.0.6"], renames=RENAMES)
    found = {(c.kind, c.level, c.operation, c.where, c.now) for c in changes}
    dag_run = "post_dag_run"
    assert ("operation-renamed", B, dag_run, "", ("trigger_dag_run", "")) in found
    assert (
        "request-property-became-required",
        B,
        dag_run,
        "body logical_date",
        ("trigger_dag_run", "body logical_date"),
    ) in found
    # servers of 2.x refuse unknown fields as well, so nothing closes
    assert [row for row in found if row[0] == "request-body-became-closed" and row[2] == dag_run] == []
    assert (
        "response-property-removed-optional",
        B,
        "get_dag",
        "response 200 is_active",
        ("get_dag", "response 200 is_active"),
    ) in found
    assert ("parameter-renamed", B, "get_dag_source", "path file_token", ("get_dag_source", "path dag_id")) in found
    assert ("success-status-changed", W, "post_pool", "response 200", ("post_pool", "response 201")) in found
    assert ("parameter-default-changed", W, "get_dags", "query limit", ("get_dags", "query limit")) in found
    assert (
        "response-property-renamed",
        B,
        "get_datasets",
        "response 200 datasets",
        ("get_assets", "response 200 assets"),
    ) in found
    assert ("base-path-changed", W, "", "server", ("", "server")) in found
    assert {c.operation for c in changes if c.kind == "operation-removed"} == {
        *("get_roles", "post_role", "get_role", "patch_role", "delete_role", "get_permissions"),
        *("get_users", "post_user", "get_user", "patch_user", "delete_user"),
        *(
            "set_dag_run_note",
            "set_task_instance_note",
            "set_mapped_task_instance_note",
            "post_set_task_instances_state",
        ),
    }


# --- the table of renames ---------------------------------------------------------------------------

IDS = {name: set(load.load(name).operations) for name in releases.releases()}
EVER = set().union(*IDS.values())


def test_renamed_operations_exist():
    """Each older id was one, and is none in any release that has the newer one."""
    for old, new in RENAMES.operations.items():
        assert any(old in ids for ids in IDS.values()), old
        assert any(new in ids for ids in IDS.values()), new
        assert not any({old, new} <= ids for ids in IDS.values()), old


def test_every_id_that_went_is_in_the_table():
    """An id of any release that the newest one does not have is renamed, or it is said what to do instead."""
    known = {*RENAMES.operations, *RENAMES.replaced["operations"]}
    assert known == EVER - IDS[releases.releases()[-1]]


def names_of(kind, release):
    found = set()
    one = LOADED[release]
    for id_ in one.operations:
        operation = one.operations[id_]
        if kind == "parameters":
            found |= {parameter.name for parameter in operation.parameters}
    if kind == "fields":
        for schema in one.document["components"]["schemas"].values():
            for part in (schema, *schema.get("allOf", ())):
                found |= set(part.get("properties", ()))
    return found


@pytest.mark.parametrize("kind", ["parameters", "fields"])
def test_renamed_parameters_and_fields_exist(kind):
    """Each older name is in 2.x and each newer one in 3.x, in the documents themselves."""
    older, newer = names_of(kind, "2.11.2") | names_of(kind, "3.0.6"), names_of(kind, "3.0.6") | names_of(kind, "3.3.2")
    assert set(getattr(RENAMES, kind)) - older == set()
    assert set(getattr(RENAMES, kind).values()) - newer == set()
    assert set(RENAMES.replaced[kind]) - names_of(kind, "2.2.0") - older == set()


def test_advice_names_what_exists():
    """Operations that the table's advice names are operations of the newest release."""
    for text in RENAMES.replaced["operations"].values():
        for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text):
            assert name in IDS[releases.releases()[-1]] or name == "new_state", name

"""A model is a dict that knows its schema: however it is changed it is checked, and what changed is known."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import subprocess
import sys
import threading

import pytest
from hypothesis import given, strategies as st

from dynclient.errors import DynclientError, InvalidRequest
from dynclient.openapi import load
from dynclient.schema.models import Model, Models, remember
from dynclient.schema.origins import Origin, root_of
from dynclient.schema.schema import Schemas

TEXT, WHOLE, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
UTC = dt.timezone.utc
MARK = "hunter2"


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


SCHEMAS = {
    "Tag": obj(["name"], name=TEXT),
    "Slot": {"anyOf": [WHOLE, NULL]},
    "State": {"type": "string", "enum": ["running", "done"]},
    "Cron": obj(["kind"], kind={"const": "Cron"}, at=TEXT),
    "Delta": obj(["kind"], kind={"const": "Delta"}, days=WHOLE),
    "Pool": {
        **obj(
            ["name"],
            name=TEXT,
            slots=WHOLE,
            id={"type": "integer", "readOnly": True},
            secret={"type": "string", "writeOnly": True},
            made={"type": "string", "format": "date-time"},
            gone={"type": "string", "format": "date", "nullable": True},
            state=ref("State"),
            tags={"type": "array", "items": ref("Tag")},
            first=ref("Tag"),
            maybe={"anyOf": [ref("Tag"), NULL]},
            when={"oneOf": [ref("Cron"), ref("Delta")], "discriminator": {"propertyName": "kind"}},
            either={"anyOf": [{"type": "array", "items": ref("Tag")}, ref("Tag"), TEXT]},
            conf={"type": "object"},
            by_name={"type": "object", "additionalProperties": ref("Tag")},
            inner=obj(x=WHOLE),
            items=WHOLE,
            changes=WHOLE,
        ),
        "additionalProperties": False,
    },
    "Open": obj(a=WHOLE),
    "Map": {"type": "object", "properties": {"a": WHOLE}, "additionalProperties": {"type": "string"}},
    "Node": obj(name=TEXT, children={"type": "array", "items": ref("Node")}),
    "Pools": {"allOf": [obj(pools={"type": "array", "items": ref("Pool")}), ref("Info")]},
    "Info": obj(total_entries=WHOLE),
    "Alias": ref("Tag"),
}


def document(**schemas):
    return {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {**SCHEMAS, **schemas}}}


@pytest.fixture(name="models")
def made():
    models = Models(Schemas(document()))
    remember(models)
    return models


FULL = {
    "name": "p",
    "slots": 1,
    "id": 7,
    "made": "2026-01-02T03:04:05Z",
    "gone": None,
    "state": "done",
    "tags": [{"name": "a"}, {"name": "b"}],
    "first": {"name": "c"},
    "maybe": {"name": "d"},
    "when": {"kind": "Delta", "days": 3},
    "either": [{"name": "e"}],
    "conf": {"deep": {"list": [1, 2]}},
    "by_name": {"x": {"name": "f"}},
    "inner": {"x": 1},
    "items": 4,
}


def came(models, name="Pool", value=None):
    """A model as a server would have sent it."""
    value = FULL if value is None else value
    raw = json.dumps(value).encode()
    build = models.builder(models.schemas.at(f"#/components/schemas/{name}"))
    return build(json.loads(raw), Origin(raw, "get_pool", {"pool_name": "p"}))


# --- reading -----------------------------------------------------------------------------------------------------


def test_items_are_json_attributes_are_python(models):
    """Item access is the JSON as on the wire; attribute access is the Python value by format."""
    pool = came(models)
    assert pool["made"] == "2026-01-02T03:04:05Z"
    assert pool.made == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert pool.slots == pool["slots"] == 1
    assert pool.gone is None
    assert "gone" in pool
    assert models.Pool(name="p", gone="2026-01-02").gone == dt.date(2026, 1, 2)


def test_absent_and_undeclared(models):
    """A declared but absent name is None as an attribute; an undeclared one raises with near names."""
    pool = models.Pool(name="p")
    assert pool.slots is None
    assert "slots" not in pool
    with pytest.raises(KeyError):
        pool["slots"]
    with pytest.raises(AttributeError, match=r"^Pool has no field 'slot'; did you mean slots\?$"):
        _ = pool.slot
    with pytest.raises(AttributeError, match='write model\\["zzzzz"\\] to go beyond the document'):
        _ = pool.zzzzz


def test_names_that_dict_has_stay_the_methods(models):
    """A name of dict, or of the model itself, is the method; its field is reached as an item."""
    pool = models.Pool(name="p", items=4, changes=5)
    assert dict(pool.items()) == {"name": "p", "items": 4, "changes": 5}
    assert pool.changes() == {"name": "p", "items": 4, "changes": 5}
    assert pool["items"] == 4
    for name in ("items", "changes"):
        with pytest.raises(AttributeError, match=rf"^Pool\.{name} is a method; write model\['{name}'\]$"):
            setattr(pool, name, 5)
        with pytest.raises(AttributeError, match="is a method"):
            delattr(pool, name)
    pool["items"] = 6
    assert pool["items"] == 6


def test_nested_objects_are_models(models):
    """Objects inside an answer are models too: in lists, maps, unions, behind null, inline."""
    pool = came(models)
    assert [type(tag) for tag in pool.tags] == [models.Tag, models.Tag]
    assert type(pool.first) is type(pool.maybe) is type(pool.by_name["x"]) is type(pool.either[0]) is models.Tag
    assert type(pool.when) is models.Delta
    assert type(pool.inner) is models.PoolInner
    assert type(pool.conf) is dict
    assert type(came(models, value={"name": "p", "either": {"name": "x"}}).either) is models.Tag
    assert came(models, value={"name": "p", "either": "x", "maybe": None}).either == "x"


def test_a_page(models):
    """A collection made of allOf is one model, its items are models, recursion works."""
    page = came(models, "Pools", {"pools": [{"name": "a"}, {"name": "b"}], "total_entries": 2})
    assert type(page) is models.Pools
    assert [type(pool) for pool in page.pools] == [models.Pool] * 2
    tree = came(models, "Node", {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]})
    assert type(tree.children[0].children[0]) is models.Node


UNIONS = [
    # value of `when`, the model chosen
    ({"kind": "Cron", "at": "x"}, "Cron"),
    ({"kind": "Delta"}, "Delta"),
    ({"kind": "Other", "days": 1}, "Delta"),  # a server may send what no schema names; the likest is taken
    ({"at": "x"}, "Cron"),
]


@pytest.mark.parametrize(("value", "name"), UNIONS)
def test_unions(models, value, name):
    """Of a union the discriminator's branch is the model, else the one whose fields fit best."""
    assert type(came(models, value={"name": "p", "when": value}).when) is models[name]


def test_unions_in_unions():
    """The members of a union inside a union are candidates as well."""
    inner = {"anyOf": [ref("Cron"), ref("Delta")]}
    models = Models(Schemas(document(Deep=obj(x={"anyOf": [inner, {"type": "array", "items": inner}, NULL]}))))
    assert type(came(models, "Deep", {"x": {"kind": "Cron"}}).x) is models.Cron
    assert type(came(models, "Deep", {"x": [{"kind": "Delta"}]}).x[0]) is models.Delta
    assert came(models, "Deep", {"x": None}).x is None


def test_what_breaks_the_schema_is_built_all_the_same(models):
    """An answer that broke its schema is data still: what is no object stays as it came."""
    pool = came(models, value={"name": 5, "tags": "x", "first": [1], "by_name": [2], "when": 3, "inner": "y"})
    assert pool == {"name": 5, "tags": "x", "first": [1], "by_name": [2], "when": 3, "inner": "y"}


def test_fields_beyond_the_document_are_kept(models):
    """Fields that the document does not have are kept, readable as items and attributes, and copied."""
    pool = came(models, value={"name": "p", "new_in_next_release": 1})
    assert pool["new_in_next_release"] == pool.new_in_next_release == 1
    assert (pool | {"slots": 2})["new_in_next_release"] == 1
    assert ({"slots": 2} | pool)["new_in_next_release"] == 1
    assert copy.copy(pool) == pool


# --- building and assigning --------------------------------------------------------------------------------------


def test_building_validates(models):
    """Building takes what dict takes and raises with every violation."""
    assert models.Pool({"name": "p"}, slots=2) == models.Pool([("name", "p"), ("slots", 2)])
    with pytest.raises(InvalidRequest) as caught:
        models.Pool(slots="many", colour=1)
    first, *rest = str(caught.value).splitlines()
    assert first == "this is no Pool:"
    place = "#/components/schemas/Pool"
    known = "name, slots, id, secret, made, gone, state, tags, first, maybe, when, either, conf, by_name, inner"
    assert sorted(rest) == [
        f"  colour: not a known field; known are {known}, items, changes ({place}/additionalProperties)",
        f"  name: missing, but required ({place}/required)",
        f"  slots: a string where an integer is wanted ({place}/properties/slots/type)",
    ]
    assert isinstance(caught.value, ValueError)


def test_building_takes_python_values(models):
    """Python values become JSON when they are given, and nested objects models."""
    pool = models.Pool(
        name="p", made=dt.datetime(2026, 1, 2, tzinfo=UTC), tags=({"name": "a"},), first=models.Tag(name="b")
    )
    assert pool["made"] == "2026-01-02T00:00:00Z"
    assert type(pool.tags[0]) is type(pool.first) is models.Tag
    with pytest.raises(InvalidRequest) as caught:
        models.Pool(name="p", made=dt.datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None))
    assert [v.sentence for v in caught.value.violations] == [
        "a datetime where a datetime with a time zone, such as datetime.now(timezone.utc) is wanted"
    ]


def test_both_directions_fields_can_be_held(models):
    """A model may hold what only the server or only the client sends, and needs neither."""
    assert models.Pool(name="p", id=1, secret="s").id == 1
    required = {**SCHEMAS["Pool"], "required": ["name", "id", "secret"]}
    assert Models(Schemas(document(Pool=required))).Pool(name="p") == {"name": "p"}


ASSIGNED = [
    lambda pool: pool.__setitem__("slots", "many"),
    lambda pool: setattr(pool, "slots", "many"),
    lambda pool: pool.update(slots="many"),
    lambda pool: pool.update({"slots": "many"}),
    lambda pool: pool.update([("slots", "many")]),
    lambda pool: pool.__ior__({"slots": "many"}),
    lambda pool: pool | {"slots": "many"},
    lambda pool: {"slots": "many"} | pool,
    lambda pool: pool.setdefault("slots", "many"),
    lambda pool: type(pool)(pool, slots="many"),
    lambda pool: type(pool)(**pool, slots="many"),
    lambda pool: type(pool).fromkeys(["name", "slots"], "many"),
]


@pytest.mark.parametrize("assign", ASSIGNED)
def test_every_way_of_assigning_validates(models, assign):
    """Whatever way a value is assigned at the top level, it is checked, and a refused one changes nothing."""
    pool = models.Pool(name="p")
    with pytest.raises(InvalidRequest, match="slots: a string where an integer is wanted"):
        assign(pool)
    assert pool == {"name": "p"}


def test_an_update_is_all_or_nothing(models):
    """Of an update with one wrong value nothing is taken."""
    pool = models.Pool(name="p", slots=1)
    with pytest.raises(InvalidRequest):
        pool.update(slots=2, made="yesterday")
    assert pool == {"name": "p", "slots": 1}


def test_assigning_undeclared_names(models):
    """An undeclared name is refused as an attribute always, as an item where the schema is closed, with near names."""
    pool = models.Pool(name="p")
    with pytest.raises(AttributeError, match=r"Pool has no field 'slot'; did you mean slots\?"):
        pool.slot = 5
    with pytest.raises(InvalidRequest, match=r"slot: not a known field; did you mean slots\?"):
        pool["slot"] = 5
    with pytest.raises(InvalidRequest, match="a string as a name"):
        models.Open()[5] = 1
    free = models.Open(a=1)
    free["b"] = {"x": 1}
    assert free.b == {"x": 1}
    with pytest.raises(AttributeError, match="Open has no field 'c'"):
        free.c = 1


def test_further_fields_have_a_schema(models):
    """Where ``additionalProperties`` is a schema, further fields are held to it."""
    model = models.Map(a=1, b="x")
    model["c"] = "y"
    with pytest.raises(InvalidRequest, match="d: an integer where a string is wanted"):
        model["d"] = 1


def test_assigned_values_are_not_shared(models):
    """What was assigned may be changed later by its owner without changing the model."""
    tags = [{"name": "a"}]
    pool = models.Pool(name="p", tags=tags)
    tags.append({"name": "b"})
    assert pool.tags == [{"name": "a"}]
    assert type(pool.tags[0]) is models.Tag


def test_nested_changes_are_found_by_check(models):
    """Nested lists and plain dicts are checked when asked, with every violation."""
    pool = models.Pool(name="p", tags=[{"name": "a"}], inner={"x": 1})
    pool.check()
    pool.tags.append({"nom": "b"})
    dict.__setitem__(pool.inner, "x", "y")
    with pytest.raises(InvalidRequest, match="this Pool does not keep to its schema") as caught:
        pool.check()
    assert {v.where for v in caught.value.violations} == {"tags[1].name", "inner.x"}


def test_deleting(models):
    """Names go as an item and as an attribute; an absent one cannot go."""
    pool = models.Pool(name="p", slots=1, made="2026-01-02T03:04:05Z")
    del pool["slots"]
    del pool.made
    assert pool == {"name": "p"}
    with pytest.raises(AttributeError, match="did you mean slots"):
        del pool.slot
    assert pool.pop("name") == "p"


# --- changes -----------------------------------------------------------------------------------------------------


def change(path):
    """Change a value deep inside, going by items."""

    def do(pool):
        target = pool
        for step in path[:-1]:
            target = target[step]
        dict.__setitem__(target, path[-1], "new") if isinstance(target, dict) else target.__setitem__(path[-1], "new")

    return do


def delete_and_add(pool):
    conf = pool.pop("conf")
    pool["conf"] = {**conf, "more": 1}


CHANGES = [
    # how, names that changed
    (len, []),
    (lambda pool: pool.update(slots=2), ["slots"]),
    (lambda pool: setattr(pool, "made", dt.datetime(2026, 1, 1, tzinfo=UTC)), ["made"]),
    (lambda pool: setattr(pool, "made", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)), []),
    (lambda pool: pool["tags"].append({"name": "z"}), ["tags"]),
    (lambda pool: pool["tags"].reverse(), ["tags"]),
    (lambda pool: pool.tags[0].update(name="z"), ["tags"]),
    (lambda pool: pool.tags.__iadd__([{"name": "z"}]), ["tags"]),
    (lambda pool: pool.conf["deep"]["list"].append(3), ["conf"]),
    (lambda pool: pool.conf.clear(), ["conf"]),
    (lambda pool: pool.by_name.update(y={"name": "g"}), ["by_name"]),
    (lambda pool: pool.when.update(days=4), ["when"]),
    (lambda pool: pool.either[0].update(name="z"), ["either"]),
    (lambda pool: pool.maybe.update(name="z"), ["maybe"]),
    (lambda pool: dict.update(pool, slots=9), ["slots"]),
    (lambda pool: dict.__setitem__(pool, "slots", True), ["slots"]),  # 1 == True, but not as JSON
    (lambda pool: pool.update(secret="s"), ["secret"]),
    (lambda pool: pool.pop("slots"), []),
    (lambda pool: pool.update(slots=pool.pop("slots")), []),
    (delete_and_add, ["conf"]),
    (lambda pool: pool.update(gone="2026-01-02"), ["gone"]),
    (change(["first", "name"]), ["first"]),
    (change(["tags", 1, "name"]), ["tags"]),
    (lambda pool: dict.__setitem__(pool["conf"], "when", dt.date(2026, 1, 2)), ["conf"]),
]


@pytest.mark.parametrize(("how", "names"), CHANGES)
def test_changes(models, how, names):
    """What differs from what the server sent is found, whatever way it was changed, and nothing else."""
    pool = came(models)
    how(pool)
    assert list(pool.changes()) == names
    assert json.loads(json.dumps(pool.changes())) == pool.changes()
    for copied in (copy.copy(pool), copy.deepcopy(pool), pickle.loads(pickle.dumps(pool)), pool.copy()):
        assert copied.changes() == pool.changes()


def test_changes_of_what_no_server_sent(models):
    """A model made here has changed in all that it holds."""
    assert models.Pool(name="p", slots=1).changes() == {"name": "p", "slots": 1}


def test_changes_of_items_of_a_page(models):
    """An item of a page is compared with its own place in the answer, also when the page is rearranged."""
    page = came(models, "Pools", {"pools": [{"name": "a", "slots": 1}, {"name": "b", "slots": 2}], "total_entries": 2})
    second = page.pools.pop(1)
    second.slots = 3
    assert second.changes() == {"slots": 3}
    assert list(page.changes()) == ["pools"]
    tree = came(models, "Node", {"children": [{"children": [{"name": "c"}]}]})
    leaf = tree.children[0].children[0]
    leaf.name = "d"
    assert leaf.changes() == {"name": "d"}


def test_changes_are_copies(models):
    """What changes() gives may be changed without changing the model."""
    pool = came(models)
    pool.conf["x"] = [1]
    pool.changes()["conf"]["x"].append(2)
    assert pool.conf["x"] == [1]


def test_changes_that_cannot_be_sent(models):
    """A nested value without JSON form is an error, not a change."""
    pool = came(models)
    pool.conf["x"] = {1, 2}
    with pytest.raises(InvalidRequest, match=r"conf\.x: a set where a JSON value"):
        pool.changes()


def test_where_a_model_came_from(models):
    """A model knows the call that it came from and its place in the answer."""
    page = came(models, "Pools", {"pools": [{"name": "a", "first": {"name": "t"}}]})
    origin, path = root_of(page.pools[0].first)
    assert (origin.operation, origin.arguments, path) == ("get_pool", {"pool_name": "p"}, ("pools", 0, "first"))
    assert root_of(models.Tag(name="x")) == (None, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_no_change_is_missed(before, after):
    """Any two values of a field that differ as JSON are a change, and any two that do not are none."""
    models = Models(Schemas(document(Box=obj(x={}))))
    box = came(models, "Box", {"x": before})
    dict.__setitem__(box, "x", after)
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    if same:
        assert box.changes() == {}
    elif json.dumps(before).replace(".0", "") != json.dumps(after).replace(".0", "") and before != after:
        assert box.changes() == {"x": after}


# --- as a dict ---------------------------------------------------------------------------------------------------

COPIES = [
    copy.copy,
    copy.deepcopy,
    lambda pool: pool.copy(),
    lambda pool: pickle.loads(pickle.dumps(pool)),
    lambda pool: pickle.loads(pickle.dumps(pool, 2)),
    lambda pool: pool | {},
    lambda pool: {} | pool,
    lambda pool: type(pool)(**pool),
    lambda pool: type(pool)(pool),
]


@pytest.mark.parametrize("how", COPIES)
def test_copies_keep_class_and_value(models, how):
    """Every way of copying keeps the class and the value, at the top and inside."""
    pool = came(models)
    again = how(pool)
    assert again == pool
    assert again is not pool
    assert type(again) is type(pool) is models.Pool
    assert type(again.tags[0]) is models.Tag
    assert json.dumps(again) == json.dumps(pool)


def test_as_a_dict(models):
    """json, ==, **, in, len and iteration are those of a dict."""
    pool = models.Pool(name="p", slots=1)
    assert json.dumps(pool) == '{"name": "p", "slots": 1}'
    assert pool == {"name": "p", "slots": 1}
    assert pool != {"name": "p"}
    assert dict(**pool) == {"name": "p", "slots": 1}
    assert [*pool] == ["name", "slots"]
    assert len(pool) == 2
    assert pool.get("id", 5) == 5
    assert isinstance(pool, dict)
    with pytest.raises(TypeError):
        hash(pool)
    with pytest.raises(TypeError):
        pool | [("slots", 2)]
    with pytest.raises(TypeError):
        [("slots", 2)] | pool


def test_deepcopy_shares_nothing(models):
    """A deep copy shares nothing; a shallow one shares what is nested; both keep what the server sent."""
    pool = came(models)
    deep, shallow = copy.deepcopy(pool), copy.copy(pool)
    pool.conf["x"] = 1
    assert "x" not in deep.conf
    assert "x" in shallow.conf
    twice = [pool, pool]
    first, second = copy.deepcopy(twice)
    assert first is second


def test_names_that_methods_use():
    """Fields may be called ``self``, ``default`` or ``args`` and go in as keywords all the same."""
    models = Models(Schemas(document(Odd=obj(self=WHOLE, default=WHOLE, args=WHOLE, name=WHOLE))))
    odd = models.Odd(self=1, default=2, args=3, name=4)
    odd.update(self=5)
    assert odd == {"self": 5, "default": 2, "args": 3, "name": 4}


ELSEWHERE = """
import json, pickle, sys
from dynclient.errors import SpecError
from dynclient.openapi import load
document = json.loads(sys.argv[2])
try:
    pickle.load(open(sys.argv[1], "rb"))
except SpecError as error:
    print(error)
spec = load.load(document)
pool, tag, alias = pickle.load(open(sys.argv[1], "rb"))
print(type(pool).__name__, pool.changes(), type(tag).__name__, type(alias).__name__, type(pool.tags[0]) is type(tag))
print(type(pool) is spec.models.Pool)
"""


def test_unpickling_elsewhere(models, tmp_path):
    """Another process gets class and changes once it has loaded the document; before, it is told to load it."""
    pool = came(models)
    pool.slots = 9
    file = tmp_path / "pool.pickle"
    file.write_bytes(pickle.dumps([pool, pool.tags[0], models.Alias(name="x")]))
    command = [sys.executable, "-c", ELSEWHERE, str(file), json.dumps(models.schemas.document)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    refused, described, same = result.stdout.splitlines()
    assert "is not at hand; load it first" in refused
    assert described == "Pool {'slots': 9} Tag Alias True"
    assert same == "True"


def test_unpickling_a_release_elsewhere(tmp_path):
    """A model of a bundled release needs nothing at hand: the release is loaded by its name."""
    pool = load.load("2.10.5").models.Pool(name="p", slots=1)
    file = tmp_path / "pool.pickle"
    file.write_bytes(pickle.dumps(pool))
    code = "import pickle, sys; p = pickle.load(open(sys.argv[1], 'rb')); print(p, p._models_.release)"
    result = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "Pool(name='p', slots=1) 2.10.5"


def test_a_pickle_is_small():
    """A pickle is at most twice as long as the JSON, changed or not, and holds no document and no whole page."""
    models = load.load("2.10.5").models
    counts = ("slots", "occupied_slots", "running_slots", "queued_slots", "scheduled_slots", "open_slots")
    pools = [
        {"name": f"pool_{n}", **dict.fromkeys(counts, n), "description": "nightly runs", "include_deferred": False}
        for n in range(100)
    ]
    raw = json.dumps({"pools": pools, "total_entries": 100}).encode()
    schema = models.PoolCollection._schema_
    page = models.builder(schema)(json.loads(raw), Origin(raw, "get_pools", {"limit": 100}))
    assert len(pickle.dumps(page)) <= 2 * len(raw)
    assert len(pickle.dumps(page.pools)) <= 2 * len(raw)
    one = page.pools[3]
    assert len(pickle.dumps(one)) <= 2 * len(json.dumps(one))
    one.slots = 7
    again = pickle.loads(pickle.dumps(one))
    assert again.changes() == {"slots": 7}
    assert root_of(again)[1] == root_of(one)[1] == ("pools", 3)


def test_a_pickle_names_its_class_in_few_bytes():
    """Beyond its values a pickle holds the function, the release and the component's name: 80 bytes and that name."""
    models = load.load("3.3.2").models
    for name, values in (("PoolBody", {"name": "p", "slots": 1}), ("VariableBody", {"key": "k", "value": "v"})):
        model = models[name](**values)
        assert len(pickle.dumps(model)) <= len(pickle.dumps(values)) + 80 + len(name)
        assert type(pickle.loads(pickle.dumps(model))) is models[name]
        assert pickle.loads(pickle.dumps(model)) == values


def test_a_component_that_is_a_reference(models):
    """A component that only refers to another is a model of its own name with the other's fields."""
    alias = models.Alias(name="x")
    assert type(alias).__name__ == "Alias"
    assert type(pickle.loads(pickle.dumps(alias))) is models.Alias
    assert alias | {} == {"name": "x"}


# --- the classes -------------------------------------------------------------------------------------------------


def test_classes_by_name(models):
    """A model's class is an item and an attribute, made once, and lists its fields."""
    assert models.Pool is models["Pool"]
    assert issubclass(models.Pool, Model)
    assert models.Pool.__name__ == "Pool"
    assert "Pool" in models
    assert "Pool" in dir(models)
    assert {"slots", "made", "update"} <= set(dir(models.Pool(name="p")))
    assert "    slots (int)" in models.Pool.__doc__
    assert "    name (str, required)" in models.Pool.__doc__
    assert "    id (int, read-only)" in models.Pool.__doc__
    assert repr(models).startswith(f"<{len(models)} models: Tag, Slot, State, ")


def test_near_names_of_models(models):
    """An unknown name raises with those that come near."""
    with pytest.raises(AttributeError, match=r"no schema is called 'Pol'; did you mean Pool"):
        _ = models.Pol
    with pytest.raises(KeyError, match="no schema is called 'Zzzzz'"):
        models["Zzzzz"]
    assert models.get("Zzzzz") is None
    with pytest.raises(AttributeError):
        _ = models._private


def test_schemas_that_are_no_objects(models):
    """An enum's model checks a value and gives it back, and lists the values it takes."""
    assert models.State("done") == "done"
    assert models.State.values == ("running", "done")
    assert models.State.__doc__ == "State: 'running' | 'done'"
    with pytest.raises(InvalidRequest, match=r"this is no State:\n  model: a string where one of 'running', 'done'"):
        models.State("gone")
    assert models.Slot(None) is None


def test_threads_share_the_classes():
    """Whatever thread asks first, there is one class for each schema, and recursive builders are whole."""
    models = Models(Schemas(document()))
    seen = []

    def work():
        seen.append(
            (models.Pool, type(came(models, "Node", {"children": [{"children": []}]}).children[0]), models.Node)
        )

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({pool for pool, _, _ in seen}) == 1
    assert {node for _, node, _ in seen} == {models.Node}


# --- names of inline schemas -------------------------------------------------------------------------------------

PAGES = {
    "/a": {
        "get": {"responses": {"200": {"content": {"application/json": {"schema": obj(x=WHOLE)}}}}},
        "post": {
            "requestBody": {"content": {"application/json": {"schema": obj(y=obj(z=WHOLE))}}},
            "responses": {
                "200": {"content": {"text/plain": {"schema": TEXT}, "application/json": {"schema": obj(q=WHOLE)}}}
            },
        },
    },
    "/b": {
        "get": {
            "responses": {"200": {"content": {"application/json": {"schema": obj(y=WHOLE)}}}, "404": {"$ref": "#/x"}}
        }
    },
    "/c": {
        "get": {
            "responses": {
                "200": {"content": {"application/json": {"schema": {"type": "array", "items": obj(i=WHOLE)}}}}
            }
        }
    },
}
INLINE = [
    # name, its place
    ("TaskExtraLinks", "#/components/schemas/Task/properties/extra_links/items"),
    ("TaskDeepInner", "#/components/schemas/Task/properties/deep/properties/inner"),
    ("TaskDeep", "#/components/schemas/Task/properties/deep"),
    ("PageAllOf", "#/components/schemas/Page/allOf/0"),
    ("PageAllOf1", "#/components/schemas/Page/allOf/2"),
    ("ChoiceOneOf", "#/components/schemas/Choice/oneOf/0"),
    ("ChoiceAnyOf", "#/components/schemas/Choice/anyOf/0"),
    ("ByNameValue", "#/components/schemas/ByName/additionalProperties"),
    ("TaskTaken1", "#/components/schemas/Task/properties/taken"),
    ("InlineResponse200", "#/paths/~1a/get/responses/200/content/application~1json/schema"),
    ("InlineObject", "#/paths/~1a/post/requestBody/content/application~1json/schema"),
    ("InlineObjectY", "#/paths/~1a/post/requestBody/content/application~1json/schema/properties/y"),
    ("InlineResponse2001", "#/paths/~1b/get/responses/200/content/application~1json/schema"),
    ("InlineResponse2002", "#/paths/~1c/get/responses/200/content/application~1json/schema/items"),
]
NAMED = {
    "Task": obj(
        extra_links={"type": "array", "items": obj(url=TEXT)},
        deep=obj(inner=obj(x=WHOLE)),
        conf={"type": "object"},
        taken=obj(x=WHOLE),
        properties=TEXT,
    ),
    "TaskTaken": obj(x=WHOLE),
    "Page": {"allOf": [obj(items={"type": "array"}), ref("Task"), obj(total=WHOLE)]},
    "Choice": {"oneOf": [obj(x=WHOLE), TEXT], "anyOf": [obj(y=WHOLE)]},
    "ByName": {"type": "object", "additionalProperties": obj(x=WHOLE)},
}


def test_names_of_inline_schemas():
    """Inline objects are called as OpenAPI Generator calls them: after their place, numbered when a name is taken."""
    models = Models(Schemas({"openapi": "3.0.3", "paths": PAGES, "components": {"schemas": NAMED}}))
    assert {name: pointer for pointer, name in models.inline.items()} == dict(INLINE)
    for name, pointer in INLINE:
        assert models[name]._schema_.pointer == pointer
        assert models[name].__name__ == name


ODD = [
    {},
    {"components": {}},
    {"components": {"schemas": None}},
    {
        "components": {
            "schemas": {"A": None, "B": {"properties": None}, "C": {"allOf": 5}, "D": {"items": [1]}, "E": True}
        }
    },
    {"paths": {"/a": None, "/b": {"get": None}, "/c": {"get": {"responses": None, "requestBody": 5}}}},
    {"paths": {"/a": {"get": {"responses": {"200": {"content": {"text/plain": None}}, "201": {"content": []}}}}}},
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_documents_have_models_all_the_same(odd):
    """A defect in one schema hides no other: names can be listed."""
    models = Models(Schemas({"openapi": "3.0.3", "paths": {}, **odd}))
    assert set(models) == set((odd.get("components") or {}).get("schemas") or {})


def test_every_schema_is_a_model():
    """Every component of a document, and every inline object, is a model by its name."""
    spec = load.load("2.10.5")
    assert set(spec.document["components"]["schemas"]) <= set(spec.models)
    for name in spec.models:
        assert spec.models[name].__name__ == name


# --- no value is shown -------------------------------------------------------------------------------------------

BROKEN = st.dictionaries(
    st.sampled_from(list(SCHEMAS["Pool"]["properties"])),
    st.sampled_from([MARK, [MARK], {"x": MARK}, {"name": [MARK]}, {MARK}, MARK.encode()]),
    max_size=6,
)


def said(attempt):
    """All that the error of an attempt shows; nothing when there is none."""
    try:
        attempt()
    except DynclientError as error:
        return [str(error), repr(error), *map(str, error.violations), *map(repr, error.violations)]
    return []


@given(BROKEN)
def test_no_value_is_ever_shown(value):
    """No way of refusing a value shows it."""
    models = Models(Schemas(document()))
    pool = came(models)

    def assign():
        for name, item in value.items():
            dict.__setitem__(pool, name, item)
        pool.check()

    for attempt in (
        lambda: models.Pool(value),
        lambda: pool.update(value),
        assign,
        pool.changes,
        lambda: models.State(MARK),
    ):
        assert not any(MARK in text for text in said(attempt))

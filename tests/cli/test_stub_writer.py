"""Stubs for any document: what is written, and what mypy makes of it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient import load
from dynclient.cli.stub_writer import stubs

POOL = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "slots": {"type": "integer"},
        "when": {"type": "string", "format": "date-time", "nullable": True},
        "items": {"type": "string"},
        "class": {"type": "string"},
    },
}
TEXTS = {"type": "array", "items": {"type": "string"}}


def written(operation, **options):
    """The stubs of one operation and ``Pool``."""
    line = options.pop("line", "PATCH /pools/{name}")
    schemas = {"Pool": POOL, **options.pop("schemas", {})}
    return stubs(tiny({line: operation}, openapi="3.0.3", schemas=schemas), **options)


PATCH = {
    "operationId": "patch_pool",
    "parameters": [parameter("name", "path"), parameter("mask", schema=TEXTS)],
    "requestBody": json_body({"$ref": "#/components/schemas/Pool"}),
}
LISTED = {
    "type": "object",
    "properties": {"pools": {"type": "array", "items": {"$ref": "#/components/schemas/Pool"}}},
}
LIST = {
    "operationId": "list_pools",
    "parameters": [parameter("limit", schema={"type": "integer"}), parameter("offset", schema={"type": "integer"})],
    "responses": {"200": json_answer(LISTED)},
}
LOG = {
    "operationId": "get_log",
    "responses": {"200": {"content": {name: {"schema": {}} for name in ("application/json", "text/plain", "a/b")}}},
}

WRITTEN = [
    # (operation, its line, a line of the file)
    (PATCH, None, "class Pool(_Record):"),
    (PATCH, None, "    when: datetime | None"),
    (PATCH, None, "    def __init__(self, given: Mapping[str, Any], /) -> None: ..."),
    (
        PATCH,
        None,
        "    def __init__(self, *, name: str, slots: int = ..., when: datetime | str | None = ..., items: str = ...",
    ),
    (
        PATCH,
        None,
        "    def __call__(self, name: str, *, mask: list[str] | tuple[str, ...] = ..., slots: int = ..., when:",
    ),
    (PATCH, None, "    patch_pool: _PatchPool"),
    (PATCH, None, "    Pool: type[_Pool]"),
    (
        LIST,
        "GET /pools",
        "    def iter(self, *, limit: int = ..., offset: int = ..., progress: bool = ...) -> Iterator[Pool]: ...",
    ),
    (LIST, "GET /pools", "    def request(self, *, limit: int = ..., offset: int = ...) -> Request: ..."),
    (LOG, "GET /log", "    def __call__(self, *, accept: Literal['application/json'] = ...) -> Any:"),
    (LOG, "GET /log", "    def __call__(self, *, accept: Literal['text/plain']) -> str: ..."),
    (LOG, "GET /log", "    def __call__(self, *, accept: Literal['a/b']) -> bytes: ..."),
    (
        LOG,
        "GET /log",
        "    def stream(self, *, accept: Literal['application/json', 'text/plain', 'a/b'] = ...) -> Lines: ...",
    ),
]


@pytest.mark.parametrize(("operation", "line", "said"), WRITTEN, ids=[f"{row[2].strip()[:50]}" for row in WRITTEN])
def test_what_is_written(operation, line, said):
    """A class for each model, a protocol for each operation, a client of them."""
    text = written(operation, line=line or "PATCH /pools/{name}")
    assert any(each.startswith(said) for each in text.splitlines()), text


def test_no_attribute_hides_a_method():
    """A field that ``dict`` has a method for, or whose name is no identifier, is an item and no attribute."""
    lines = written(PATCH).splitlines()
    assert "    name: str" in lines
    assert "    items: str" not in lines
    assert not [line for line in lines if line.startswith("    class")]


ODD = {
    "None of them a name": {"type": "object", "properties": {"a-b": {"type": "string"}}},
    "BaseModel": {"type": "object", "properties": {"a": {"type": "string"}}},
    "Record": {"type": "object", "properties": {"a": {"type": "string"}}},
}


def test_models_of_any_name_and_field_are_python():
    """A model whose fields are no names has a body; one called like what the file itself needs gets another alias."""
    text = written(PATCH, schemas=ODD)
    assert isinstance(ast.parse(text), ast.Module)
    assert "class BaseModel(_Record):" in text
    assert "\n_BaseModel = " not in text
    assert "\n_Record = " not in text


def test_help_is_in_the_file():
    """Editors show what an operation does and what its arguments mean."""
    text = written({**PATCH, "summary": 'Change \\ a """pool"""'})
    assert '        """Change \\\\ a \\"\\"\\"pool\\"\\"\\"\n\n        PATCH /pools/{name}\n' in text
    assert "            mask (list[str])" in text


def test_awaited():
    """For the awaited client calls are awaited, walks and streams are asynchronous iterators."""
    text = written(LIST, line="GET /pools", awaited=True)
    assert "    async def __call__(self, *, limit: int" in text
    assert "    async def request(" in text
    assert ") -> AsyncIterator[Pool]: ..." in text
    assert "from dynclient.aio import Client as _BaseClient" in text
    assert ") -> Stream: ..." in written(LOG, line="GET /log", awaited=True)


#: names and values that a careless writer trips over
HOSTILE = tiny(
    {
        "GET /a": {"operationId": "getThing", "summary": 'ends with a quote "'},
        "GET /b": {"operationId": "get_thing", "summary": "ends with a backslash \\"},
        "GET /spec": {"operationId": "spec"},
        "GET /call": {"operationId": "call"},
        "GET /import": {"operationId": "import"},
        "GET /none": {"responses": {"204": {"description": ""}}},
        "POST /c/{id}/{kind}/{last}": {
            "operationId": "post",
            "parameters": [
                parameter("id", "path"),
                parameter("kind", "path", {"const": "~"}),
                parameter("last", "path"),
                parameter("self", schema={"enum": ["it's", 'a | b["', "\\"]}),
                parameter("ratio", schema={"enum": [0.5, 1.5], "type": "number"}),
            ],
            "requestBody": json_body({"$ref": "#/components/schemas/Model"}),
            "responses": {"200": json_answer({"$ref": "#/components/schemas/Tree"}), "202": json_answer(True)},
        },
    },
    schemas={
        "Client": {"type": "object", "properties": {"date": {"type": "string", "format": "date"}}},
        "Models": {"enum": ["a", 1, None, True]},
        "str": {"type": "object", "properties": {"str": {"type": "string"}, "list": {"type": "array"}}},
        "Model": {
            "type": "object",
            "required": ["self", "Model", "x-y"],
            "properties": {
                "self": {"type": "string"},
                "Model": {"$ref": "#/components/schemas/str"},
                "x-y": {"type": "integer"},
                "Any": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Client"}]},
                "type": {"type": ["integer", "string", "null"]},
                "Literal": {"const": "one"},
                "__name": {"type": "null"},
            },
        },
        "a-b": {"type": "object", "properties": {"x": {"type": "integer", "readOnly": True}}, "required": ["x"]},
        "a_b": {"type": "object", "additionalProperties": {"type": "integer"}},
        "class": {"allOf": [{"$ref": "#/components/schemas/a-b"}, {"type": "object", "properties": {"y": {}}}]},
        "Tree": {"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}, {"type": "string"}]},
        "Row": {
            "type": "object",
            "properties": {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
        },
    },
)

USES = """\
from typing import TYPE_CHECKING, cast
import dynclient
import dynclient.aio
if TYPE_CHECKING:
    import newest_aio
    from newest import Client, DagRunState, PoolResponse
    from oldest import Client as Old
af = cast("Client", dynclient.connect("http://x"))
pool: "PoolResponse" = next(af.get_pools.iter(progress=True))
state: "DagRunState" = "queued"
af.get_dag_run("a", "b").state = state
af.update(pool).name
af.get_pools(limit=3).pools[0].slots.bit_count()
af.get_log("a", "b", "c", 1).content
next(af.get_log("a", "b", "c", 1, accept="application/x-ndjson"))
af.get_pools.request(limit=1).curl()
af.post_pool(name="p", slots=3)
af.post_pool(body=af.spec.models.PoolBody(name="p", slots=3))
af.post_pool(body={"name": "p", "slots": 3})
af.trigger_dag_run("etl", logical_date=None)
af.get_dags(tags=("prod",))
af.run_and_wait("etl")
cast("Old", af).get_dags(limit=3).dags
async def awaited(af: "newest_aio.Client") -> None:
    (await af.get_pools(limit=3)).pools[0].slots.bit_count()
    async for pool in af.get_pools.iter():
        pool.slots.bit_count()
    async for line in af.get_log.stream("a", "b", "c", 1):
        print(line)
"""
REFUSED = [
    # (a line, what mypy says of it)
    ("af.get_poolz()", '"Client" has no attribute "get_poolz"'),
    ("af.get_pools(limt=3)", 'Unexpected keyword argument "limt"'),
    ('af.get_pools(limit="3")', 'Argument "limit" to "__call__" of "_GetPools" has incompatible type "str"'),
    ('af.get_dags(tags="prod")', 'Argument "tags" to "__call__" of "_GetDags" has incompatible type "str"'),
    ('af.post_pool(name="p")', 'No overload variant of "__call__" of "_PostPool" matches'),
    ('af.trigger_dag_run("etl")', 'No overload variant of "__call__" of "_TriggerDagRun" matches'),
    ("pool.slotz", '"PoolResponse" has no attribute "slotz"'),
    ("pool.name.bit_count()", '"str" has no attribute "bit_count"'),
    ('af.spec.models.PoolBody(name="p", slots="many")', 'No overload variant of "PoolBody" matches'),
    ("af.spec.models.PoolBdy()", '"Models" has no attribute "PoolBdy"'),
    ('state = "nonsense"', "Incompatible types in assignment"),
    ("af.spec.release.nonsense", 'has no attribute "nonsense"'),
]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What mypy --strict says: line of uses.py -> error, and everything it says of the stubs."""
    folder = tmp_path_factory.mktemp("stubs")
    made = {
        "oldest": stubs(load("2.0.0")),
        "middle": stubs(load("2.10.5")),
        "newest": stubs(load("3.3.2")),
        "newest_aio": stubs(load("3.3.2"), awaited=True),
        "hostile": stubs(HOSTILE),
        "hostile_aio": stubs(HOSTILE, awaited=True),
    }
    for name, text in made.items():
        (folder / f"{name}.pyi").write_text(text, "utf-8")
    (folder / "uses.py").write_text("\n".join([USES.rstrip(), *(line for line, _ in REFUSED), ""]), "utf-8")
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "uses.py"]
    words += [f"{name}.pyi" for name in made]
    said = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8", check=False).stdout
    errors = re.findall(r"^(.+?):(\d+): error: (.*)$", said, re.MULTILINE)
    return {int(number): text for file, number, text in errors if file == "uses.py"}, [
        error for error in errors if error[0] != "uses.py"
    ]


def test_mypy_accepts_the_files(checked):
    """They pass mypy --strict, whatever names the document uses; so does a program that keeps to them."""
    uses, stubs_ = checked
    assert stubs_ == []
    first = len(USES.splitlines()) + 1
    assert {line: text for line, text in uses.items() if line < first} == {}


@pytest.mark.parametrize(("line", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_mypy_refuses_what_the_document_does_not_have(checked, line, said):
    """An unknown name, a wrong type and a missing argument are errors."""
    uses, _ = checked
    number = len(USES.splitlines()) + 1 + [row[0] for row in REFUSED].index(line)
    assert said in uses[number]

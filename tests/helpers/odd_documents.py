"""Made-up documents for property tests: parameters of all styles, bodies of all kinds, unions, odd schemas."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from dynclient.openapi.parameter_styles import STYLES

__all__ = ["documents"]

_NAMES = ("self", "body", "limit", "class", "1st", "X-Rate", "accept", "filter.name", "kind", "deployment-id", "cls")
_PATHS = ("/a/{%s}", "/a/{%s}.json", "/a/b~{%s}/c", "/a/{%s}/x#stream", "/a/{%s}?beta=true", "/{%s}:run")


def _strings() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "minLength": 2, "maxLength": 9},
            {"type": "string", "pattern": "^[a-z]{2,5}$"},
            {"type": "string", "enum": ["on", "off", "a b", "ü&="]},
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "uuid"},
            {"type": "string", "format": "ipv4"},
        ]
    )


def _primitives() -> st.SearchStrategy[dict[str, Any]]:
    numbers = st.sampled_from(
        [
            {"type": "integer"},
            {"type": "integer", "minimum": -3, "maximum": 12},
            {"type": "number", "minimum": 0.5},
            {"type": "boolean"},
        ]
    )
    return st.one_of(_strings(), numbers)


def _flat_objects(prefix: str = "") -> st.SearchStrategy[dict[str, Any]]:
    names = [f"{prefix}{name}" for name in ("R", "G", "a-b", "ü")]  # exploded ones of one query must not overlap
    fields = st.dictionaries(st.sampled_from(names), _primitives(), min_size=1, max_size=3)
    return fields.map(
        lambda f: {"type": "object", "properties": f, "required": [*f][:1], "additionalProperties": False}
    )


@st.composite
def _parameters(draw: Any, name: str, location: str) -> dict[str, Any]:
    required = {"required": True} if location == "path" or draw(st.booleans()) else {}
    if location == "query" and draw(st.integers(0, 9)) == 0:
        return {
            "name": name,
            "in": location,
            "content": {"application/json": {"schema": draw(_flat_objects())}},
        } | required
    style = draw(st.sampled_from(STYLES[location]))
    kinds = (
        [_flat_objects(name)] if style == "deepObject" else [_primitives(), _flat_objects(name), _lists(_primitives())]
    )
    schema = draw(st.one_of(kinds))
    explode = draw(st.sampled_from([True, False, None]))
    if style in {"spaceDelimited", "pipeDelimited"} and schema["type"] not in {"array", "object"}:
        style = "form"
    told = {"style": style} if draw(st.booleans()) or style != STYLES[location][0] else {}
    told |= {"explode": explode} if explode is not None else {}
    return {"name": name, "in": location, "schema": schema, **required, **told}


def _lists(items: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return items.map(lambda item: {"type": "array", "items": item, "minItems": 1, "maxItems": 3})


#: what is no JSON Schema and has to be left out
_ODD = st.sampled_from(
    [{}, {}, {}, {"$recursiveAnchor": True}, {"required": True}, {"pattern": "("}, {"enum": None}, {"minLength": "x"}]
)


def _bodies(openapi: str) -> st.SearchStrategy[Any]:
    plain = st.builds(lambda schema, odd: {**schema, **odd}, _primitives(), _ODD)
    nullable = {"nullable": True} if openapi.startswith("3.0") else {}
    leaves = st.one_of(
        plain, st.just({"type": "string", "enum": ["x"], **nullable}), st.just({"$ref": "#/components/schemas/Tree"})
    )
    return st.recursive(leaves, lambda inner: st.one_of(_lists(inner), _objects(inner), _unions(inner)), max_leaves=6)


@st.composite
def _objects(draw: Any, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    fields = draw(st.dictionaries(st.sampled_from(["id", "body", "self", "n-1", "type", "ü"]), inner, max_size=3))
    required = draw(st.lists(st.sampled_from([*fields, "undeclared"]), unique=True, max_size=2))
    schema: dict[str, Any] = {"type": "object", "properties": fields, **({"required": required} if required else {})}
    if draw(st.booleans()):
        return {"allOf": [schema, {"type": "object", "properties": {"more": {"type": "integer", "minimum": 1}}}]}
    if fields and draw(st.booleans()):
        schema["anyOf"] = [{"required": [name]} for name in fields]
    return schema


@st.composite
def _unions(draw: Any, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    keyword = draw(st.sampled_from(["oneOf", "anyOf"]))
    branches = []
    for name in ("cat", "dog"):
        fields = {"kind": {"type": "string", "enum": [name]}, f"{name}_size": draw(inner)}
        branches.append({"type": "object", "properties": fields, "required": ["kind"]})
    if draw(st.booleans()):
        return {keyword: branches, "discriminator": {"propertyName": "kind"}}
    if draw(st.booleans()):
        names = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
        mapping = {"c": "#/components/schemas/Cat", "broken": "#/components/schemas/None"}
        rule = {"propertyName": "kind", **({"mapping": mapping} if draw(st.booleans()) else {})}
        return {keyword: names, "discriminator": rule}
    return {keyword: branches}


@st.composite
def _media(draw: Any, openapi: str) -> dict[str, Any]:
    """The content of a request body: one or several media types."""
    forms = st.dictionaries(
        st.sampled_from(["a", "tags[]", "b c", "self"]), st.one_of(_primitives(), _lists(_primitives())), min_size=1
    )
    form = draw(forms.map(lambda f: {"type": "object", "properties": f, "required": [*f][:1]}))
    deep = {
        "type": "object",
        "properties": {
            "deep": draw(_flat_objects()),
            "list": {"type": "array", "items": draw(_primitives()), "minItems": 1},
        },
    }
    parts = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "n": {"type": "integer"}}}
    item = draw(_bodies(openapi))
    lines = {"itemSchema": item} if openapi.startswith("3.2") else {"schema": {"type": "array", "items": item}}
    choices = {
        "application/json": {"schema": draw(_bodies(openapi))},
        "application/vnd.x+json; version=1": {"schema": draw(_bodies(openapi))},
        "application/x-www-form-urlencoded": draw(
            st.sampled_from(
                [
                    {"schema": form},
                    {
                        "schema": deep,
                        "encoding": {n: {"style": "deepObject", "explode": True} for n in ("deep", "list")},
                    },
                ]
            )
        ),
        "multipart/form-data": {"schema": parts},
        "text/plain": {"schema": {"type": "string"}},
        "application/jsonl": lines,
        "application/json-seq": lines,
        "*/*": {"schema": draw(_bodies(openapi))},
    }
    names = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=2, unique=True))
    return {name: choices[name] for name in names}


@st.composite
def _answers(draw: Any, openapi: str) -> dict[str, Any]:
    json = {"application/json": {"schema": draw(_bodies(openapi))}}
    rate = {
        "X-Rate": {"schema": {"type": "integer"}},
        "X-Names": {"schema": {"type": "array", "items": {"type": "string"}}},
    }
    return draw(
        st.sampled_from(
            [
                {"200": {"description": "", "content": json, "headers": rate}},
                {"2XX": {"description": "", "content": json}},
                {"default": {"description": "", "content": json}},
                {"204": {"description": ""}},
                {"302": {"description": ""}},
                {
                    "200": {
                        "description": "",
                        "content": {"text/event-stream": {"schema": json["application/json"]["schema"]}},
                    }
                },
                {"200": {"description": "", "content": {"application/octet-stream": {}, "text/csv": {}}}},
            ]
        )
    )


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A document of three operations, in one of the three versions."""
    openapi = draw(st.sampled_from(["3.0.3", "3.1.0", "3.2.0"]))
    paths: dict[str, Any] = {}
    for number, path in enumerate(draw(st.lists(st.sampled_from(_PATHS), min_size=3, max_size=3, unique=True))):
        names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
        parameters = [draw(_parameters(names[0], "path"))]
        others = st.sampled_from(["query", "header", "cookie"])
        parameters += [draw(_parameters(name, draw(others))) for name in names[1:]]
        method = draw(st.sampled_from(["get", "post", "put", "patch", "delete", "head"]))
        operation = {"operationId": f"{number}op", "parameters": parameters, "responses": draw(_answers(openapi))}
        if method in {"post", "put", "patch"}:
            operation["requestBody"] = {"content": draw(_media(openapi)), "required": draw(st.booleans())}
        paths[f"/p{number}{path % names[0]}"] = {method: operation}
    kind = {"type": "string"}
    schemas = {
        "Tree": {
            "type": "object",
            "properties": {"next": {"$ref": "#/components/schemas/Tree"}, "size": {"type": "integer"}},
        },
        "Cat": {"type": "object", "properties": {"kind": kind, "lives": {"type": "integer"}}, "required": ["kind"]},
        "Dog": {
            "type": "object",
            "properties": {"kind": kind, "legs": {"type": "integer"}},
            "required": ["kind", "legs"],
        },
    }
    return {
        "openapi": openapi,
        "info": {"title": "Odd", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }

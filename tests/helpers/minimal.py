"""Documents as small as OpenAPI allows."""

from __future__ import annotations

from dynclient.openapi.spec import parse

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
OK = {"responses": {"200": {"description": "OK"}}}


def doc(paths, version="3.0.3", **more):
    return {"openapi": version, "info": {"title": "Pets", "version": "1"}, "paths": paths, **more}


def an_operation(operation, path="/a", method="get", item=None, **more):
    """One operation of a tiny document."""
    spec = parse(doc({path: {**(item or {}), method: {"operationId": "op", **OK, **operation}}}, **more))
    return spec.operations["op"]


def parameter(name, location="query", **more):
    return {"name": name, "in": location, "schema": TEXT, **more}

"""A document of one operation, in JSON and in YAML."""

from __future__ import annotations

SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1", "description": "prose"},
    "paths": {"/a": {"get": {"operationId": "get_a", "responses": {"200": {"description": "prose"}}}}},
}

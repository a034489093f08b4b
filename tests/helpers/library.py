"""A library's API without any vendor: shelves with books, for the fake server."""

from __future__ import annotations

import urllib.error
import urllib.request

from tiny_specs import json_answer, json_body, parameter, tiny

BOOK = {
    "type": "object",
    "required": ["isbn", "title"],
    "additionalProperties": False,
    "properties": {
        "isbn": {"type": "string"},
        "title": {"type": "string"},
        "pages": {"type": ["integer", "null"]},
        "shelf_id": {"type": "string"},
        "printed": {"type": ["string", "null"], "format": "date"},
    },
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        n: {"type": "integer" if n == "status" else "string"} for n in ("type", "title", "status", "detail")
    },
}
LISTED = {
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        }
    },
}


def page(ref):
    properties = {"books": {"type": "array", "items": ref}, "total_entries": {"type": ["integer", "null"]}}
    properties["next_cursor"] = {"type": ["string", "null"]}
    return {"type": "object", "required": ["books", "total_entries"], "properties": properties}


def answers(schema, status="200", **errors_):
    return {status: json_answer(schema), **{code: json_answer(schema) for code, schema in errors_.items()}}


def op(id_, responses, *parameters, body=None):
    made = {"operationId": id_, "responses": responses, "parameters": list(parameters)}
    return {**made, "requestBody": body} if body else made


def library(**errors_):
    ref = {"$ref": "#/components/schemas/Book"}
    shelf = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "owner": {"type": "string"}},
    }
    shelves = {
        "type": "object",
        "properties": {"shelves": {"type": "array", "items": shelf}, "total_entries": {"type": "integer"}},
    }
    on, one = parameter("shelf_id", "path"), parameter("isbn", "path")
    integer = {"type": "integer", "minimum": 0}
    order = parameter("order_by", schema={"type": "array", "items": {"type": "string"}})
    paging = [parameter("limit", schema={**integer, "default": 2}), parameter("offset", schema=integer), order]
    filters = [parameter("title"), parameter("pages_gte", schema=integer), parameter("printed_lt"), parameter("cursor")]
    new = json_body({**BOOK, "required": ["title"]})
    books = "/shelves/{shelf_id}/books"
    batch = {
        "type": "object",
        "properties": {
            "page_limit": integer,
            "page_offset": integer,
            "titles": {"type": "array", "items": {"type": "string"}},
        },
    }
    mask = parameter("update_mask", schema={"type": "array", "items": {"type": "string"}})
    changed = json_body({**BOOK, "required": []})
    about = {"title": {"type": "string"}, "words": {"type": "integer"}}
    summary = {"type": "object", "required": ["title", "words"], "properties": about}
    texts = {media: {"schema": {"type": "string"}} for media in ("text/plain", "application/x-ndjson")}
    gone = {"204": {"description": ""}}
    operations = {
        "GET /shelves": op("list_shelves", answers(shelves)),
        "GET /shelves/{shelf_id}": op("get_shelf", answers(shelf), on),
        "DELETE /shelves/{shelf_id}": op("delete_shelf", gone, on),
        f"GET {books}": op("list_books", answers(page(ref), **errors_), on, *paging, *filters),
        f"POST {books}": op("add_book", answers(ref, "201", **errors_), on, body=new),
        f"POST {books}/list": op("batch_books", answers(page(ref)), on, body=json_body(batch)),
        f"GET {books}/{{isbn}}": op("get_book", answers(ref, **errors_), on, one),
        f"PATCH {books}/{{isbn}}": op("change_book", answers(ref), on, one, mask, body=changed),
        f"PUT {books}/{{isbn}}": op("put_book", answers(ref), on, one, body=new),
        f"DELETE {books}/{{isbn}}": op("delete_book", gone, on, one),
        f"GET {books}/{{isbn}}/summary": op("get_summary", answers(summary), on, one),
        "GET /text": op("get_text", {"200": {"description": "", "content": texts}}),
    }
    return tiny(operations, schemas={"Book": BOOK}, servers=[{"url": "/api"}])


def titles(found):
    return [book["title"] for book in found["books"]]


def filled(client, *names):
    """A shelf with these books and no others."""
    shelf = client.list_shelves()["shelves"][0]["id"]
    for book in list(client.list_books.iter(shelf)):
        client.delete_book(shelf, book["isbn"])
    for n, name in enumerate(names):
        client.add_book(shelf, isbn=name, title=name, pages=10 * n, printed=f"2020-01-0{n + 1}")
    return shelf


def raw(url, method="GET", body=None, **headers):
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answered:
            return answered.status, answered.headers, answered.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()

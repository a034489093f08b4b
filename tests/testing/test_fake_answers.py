"""What a fake server makes up, and how it writes errors."""

from __future__ import annotations

import json

from library import PROBLEM, filled, library, raw

from dynclient.client.sync import Client
from dynclient.testing import FakeServer


def test_what_has_no_rule_is_made_up(client, spec):
    """Other answers are valid, the same for the same arguments and seed, and agree with the item they are about."""
    shelf = filled(client, "a", "b")
    assert client.get_summary(shelf, "a") == client.get_summary(shelf, "a")
    assert client.get_summary(shelf, "a")["title"] == "a"
    assert client.get_summary(shelf, "a")["words"] != client.get_summary(shelf, "b")["words"]
    texts = {}
    for seed in (1, 1, 2):
        with FakeServer(spec, judge=False, seed=seed) as other:
            texts.setdefault(seed, set()).add(
                json.dumps(
                    Client(spec, other.server).list_books.request("shelf_1").url
                    and other.items("/shelves/shelf_1/books")
                )
            )
    assert [len(found) for found in texts.values()] == [1, 1]
    assert texts[1] != texts[2]


def test_text_and_streams(client):
    """The media type that is asked for is the one that comes."""
    assert isinstance(client.get_text(accept="text/plain"), str)
    assert len(list(client.get_text(accept="application/x-ndjson"))) == 1


def test_text_where_a_stream_was_asked_for(server, client):
    """Text that comes instead of lines of JSON comes by its lines."""
    server.misbehave("get_text", body=b"plain", headers={"Content-Type": "text/plain"})
    assert list(client.get_text(accept="application/x-ndjson")) == ["plain"]


def test_another_media_type_is_406(server):
    """Where nothing that is documented is accepted, the answer is 406."""
    assert raw(server.url + "/api/text", Accept="image/png")[0] == 406
    assert raw(server.url + "/api/text", Accept="image/png, */*;q=0.1")[1]["Content-Type"].startswith("text/plain")


def test_the_family_of_errors_is_the_documents():
    """A document whose errors are RFC 7807 problems gets 400 and a problem for a broken request."""
    spec = library(**{"400": PROBLEM, "404": PROBLEM})
    with FakeServer(spec, judge=False) as server:
        status, headers, body = raw(f"{server.server}/shelves/shelf_1/books?limit=few")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(body)["status"] == 400
    assert "limit" in json.loads(body)["detail"]


def test_a_document_without_errors():
    """A document that names no errors gets {"detail": …}."""
    with FakeServer(library(), judge=False) as server:
        assert set(json.loads(raw(f"{server.server}/shelves/none")[2])) == {"detail"}

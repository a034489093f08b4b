"""Which URL an operation goes to, and which origins get credentials for that."""

from __future__ import annotations

import pytest
from thing_client import OPERATIONS, SERVERS, THING, spec
from tiny_specs import tiny

from dynclient import Client, errors

PLACES = [
    # (server=, the URL that get_things goes to)
    (None, "https://a.example/v1/things"),
    (1, "https://second.example/things"),
    ("https://host/a/b/api/v1", "https://host/a/b/api/v1/things"),
    ({"*": 1}, "https://second.example/things"),
    ({"get_things": "https://other/x"}, "https://other/x/things"),
    ({"get_thing": "https://other/x", "*": 1}, "https://second.example/things"),
]


@pytest.mark.parametrize(("server", "expected"), PLACES, ids=[str(row[0]) for row in PLACES])
def test_where_a_request_goes(server, expected):
    """A URL, an index, or either per operation; the document's first server by default; prefixes survive."""
    client = Client(spec(servers=SERVERS), server)
    assert client.get_things.request().url == expected


def test_server_variables_fill_the_url():
    """A templated server is expanded by its variables, checked against their enums."""
    document = spec(servers=SERVERS)
    client = Client(document, document.servers[0].expand(host="b", base="v2"))
    assert client.get_things.request().url == "https://b.example/v2/things"
    with pytest.raises(errors.ArgumentError, match="one of 'a', 'b' is wanted"):
        document.servers[0].expand(host="c")


def test_an_operation_may_have_servers_of_its_own():
    """The document's server of an operation is used unless the caller says otherwise, and gets no credentials."""
    operations = {**OPERATIONS, "GET /call": {**OPERATIONS["GET /call"], "servers": [{"url": "https://log.example"}]}}
    document = tiny(operations, schemas={"Thing": THING}, servers=SERVERS)
    with pytest.warns(UserWarning, match="credentials"):
        request = Client(document, auth="t").operation("call").request()
    assert request.url == "https://log.example/call"
    assert "authorization" not in request.headers
    assert Client(document, "https://mine/x").operation("call").request().url == "https://mine/x/call"


def test_a_relative_server_needs_a_place():
    """A document that names only a relative server says so when it is called."""
    client = Client(spec(servers=[{"url": "/api/v1"}]))
    with pytest.raises(errors.ArgumentError, match=r"/api/v1 as its server; say where it is: Client\(spec, server="):
        client.get_things()


def test_a_server_of_one_operation_gets_the_credentials():
    """Origins of ``server={operation: url}`` are named by the caller, so they get the credentials; others do not."""
    client = Client(spec(), {"get_things": "https://one/x", "*": "https://all"}, auth="t")
    assert client.get_things.request().headers["authorization"] == "Bearer t"
    assert client.get_thing.request(1).headers["authorization"] == "Bearer t"


def test_a_document_alone_names_no_origin():
    """Without server= the document's own server is used, and gets no credentials; the warning says what to pass."""
    client = Client(spec(servers=SERVERS), auth="t")
    with pytest.warns(errors.ContractWarning, match="no credentials are sent to https://a.example"):
        assert "authorization" not in client.get_things.request().headers

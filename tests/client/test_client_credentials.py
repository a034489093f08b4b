"""OAuth 2 client credentials: a token for an id and a secret."""

from __future__ import annotations

import json

from loopback import Server, answer
from tiny_specs import tiny

from dynclient import Client


def test_client_credentials_ask_for_a_token_and_renew_it():
    """The secret goes to the token URL alone; the token is kept until the server refuses it, and renewed once then."""
    with Server(token("one"), ok(), refused(), token("two"), ok()) as server:
        url = f"http://127.0.0.1:{server.port}"
        flows = {"clientCredentials": {"tokenUrl": f"{url}/token", "scopes": {}}}
        scheme = {"securitySchemes": {"o": {"type": "oauth2", "flows": flows}}}
        document = tiny({"GET /a": {"operationId": "op"}}, components=scheme, security=[{"o": []}])
        client = Client(document, url, auth=("id", "s3cret"))
        client.op()
        client.op()
    lines = [(seen.line.split()[1], seen.headers["authorization"].split()) for seen in server.seen]
    assert [path for path, _ in lines] == ["/token", "/a", "/a", "/token", "/a"]
    assert [kind for _, (kind, _) in lines] == ["Basic", "Bearer", "Bearer", "Basic", "Bearer"]
    assert [text for path, (_, text) in lines if path == "/a"] == ["one", "one", "two"]
    assert server.seen[0].body == b"grant_type=client_credentials"


def token(text):
    return answer(200, json.dumps({"access_token": text, "expires_in": 3600}).encode())


def ok():
    return answer(200, b"{}")


def refused():
    return answer(401, b"{}")

"""Secrets of forty kinds, planted in requests, answers and log texts, and looked for wherever something is shown."""

from __future__ import annotations

import base64
import io
import json
import logging
import pickle
import traceback
from typing import NamedTuple

import pytest
import requests
from loopback import Server, answer

import dynclient
from dynclient.client.auth import ApiKey
from dynclient.errors import DynclientError
from dynclient.http.messages import Headers, Request

PLANT = "plant3d-Zq9xK4v7Lm2p"  # what must be seen nowhere
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{PLANT}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
BASIC = "Basic " + base64.b64encode(f"user:{PLANT}".encode()).decode()


class Kind(NamedTuple):
    """One kind of secret and where it stands: in the query, a header field, the body of a request or of an answer."""

    query: str = ""
    fields: dict = {}  # noqa: RUF012 - nothing changes it
    body: object = None
    media: str = "application/json"
    answer: object = None
    answer_media: str = "application/json"
    answer_fields: dict = {}  # noqa: RUF012 - nothing changes it
    plant: str = PLANT


def connection(**extra):
    """A connection as servers send it: further settings are JSON inside of a text."""
    return {"connection_id": "c", "conn_type": "x", "extra": json.dumps(extra)}


def log(line):
    """A log as text."""
    return Kind(answer=f"[2026-01-01] INFO - {line}\n", answer_media="text/plain")


KINDS = {
    # --- where a request leads
    "api key in the query": Kind(query=f"api_key={PLANT}"),
    "token in the query": Kind(query=f"access_token={PLANT}"),
    "signature of a shared URL": Kind(query=f"sv=2024&sig={PLANT}"),
    "key of a function": Kind(query=f"code={PLANT}"),
    "plain key": Kind(query=f"key={PLANT}"),
    "signature of a presigned URL": Kind(query=f"X-Amz-Signature={PLANT}"),
    "session of a presigned URL": Kind(query=f"X-Amz-Security-Token={PLANT}"),
    "password in the query": Kind(query=f"user=u&password={PLANT}"),
    # --- header fields of requests
    "HTTP Basic": Kind(fields={"Authorization": BASIC}, plant=BASIC[6:]),
    "bearer token": Kind(fields={"Authorization": f"Bearer {PLANT}"}),
    "unknown scheme": Kind(fields={"Authorization": f"Sig4 {PLANT}"}),
    "credentials for a proxy": Kind(fields={"Proxy-Authorization": f"Basic {PLANT}"}),
    "cookie": Kind(fields={"Cookie": f"a=b; session={PLANT}"}),
    "API key": Kind(fields={"X-API-Key": PLANT}),
    "token of a gateway": Kind(fields={"X-Auth-Token": PLANT}),
    "secret of a gateway": Kind(fields={"CF-Access-Client-Secret": PLANT}),
    "URL in a field": Kind(fields={"Referer": f"https://host/?access_token={PLANT}"}),
    # --- bodies of requests
    "password of a login": Kind(body={"username": "u", "password": PLANT}),
    "client secret": Kind(body={"client_id": "i", "client_secret": PLANT}),
    "refresh token": Kind(body={"refresh_token": PLANT}),
    "form": Kind(body=f"username=u&password={PLANT}", media="application/x-www-form-urlencoded"),
    "multipart": Kind(
        body=f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{PLANT}\r\n--b--\r\n',
        media="multipart/form-data; boundary=b",
    ),
    "variable whose key says so": Kind(body={"key": "db_password", "value": PLANT}),
    "service account": Kind(body=connection(keyfile_dict={"private_key": PLANT})),
    "personal access token": Kind(body=connection(pat=PLANT)),
    "cloud key": Kind(body=connection(aws_secret_access_key=PLANT)),
    "prefixed extra": Kind(body=connection(extra__google_cloud_platform__keyfile_dict=json.dumps({"k": PLANT}))),
    "shared access signature": Kind(body=connection(url=f"https://x.blob.example/c?sv=1&sig={PLANT}")),
    "URI with a password": Kind(body={"conn_uri": f"postgres://u:{PLANT}@db/x"}),
    # --- answers
    "token of a login's answer": Kind(answer={"access_token": PLANT, "token_type": "bearer"}),
    "cookie that is set": Kind(answer_fields={"Set-Cookie": f"session={PLANT}; HttpOnly"}),
    "fragment of a redirect": Kind(answer_fields={"Location": f"https://host/cb#id_token={PLANT}"}),
    "private key": Kind(answer={"items": [{"private_key": PLANT}]}),
    "setting of a section": Kind(answer={"sections": [{"options": [{"key": "fernet_key", "value": PLANT}]}]}),
    "line of NDJSON": Kind(answer=json.dumps({"token": PLANT}) + "\n{}\n", answer_media="application/x-ndjson"),
    "settings as text": Kind(answer=f"[core]\nfernet_key = {PLANT}\n", answer_media="text/plain"),
    # --- texts of logs
    "field in a log": log(f"> Authorization: Bearer {PLANT}"),
    "curl in a log": log(f"$ curl -u admin:{PLANT} https://host/"),
    "URI in a log": log(f"connecting to mysql://root:{PLANT}@db:3306/x"),
    "token in a log": log(f"got {JWT}"),
    "URL in a log": log(f"GET https://host/file?sig={PLANT}&x=1"),
    "setting in a log": log(f"\naws_secret_access_key={PLANT}"),
}


def octets(content):
    if content is None or isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """For each kind: surface → what it shows of an exchange in which the secret stood."""
    logs = io.StringIO()
    handler = logging.StreamHandler(logs)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        return {name: surfaces(kind, tmp_path_factory.mktemp("kind"), logs) for name, kind in KINDS.items()}
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def surfaces(kind, folder, logs):
    """What reprs, the curl command, logs, a recording and an error show."""
    content = octets(kind.answer) or b"{}"
    fields = [f"{name}: {value}" for name, value in kind.answer_fields.items()]
    headers = Headers({**kind.fields, **({"Content-Type": kind.media} if kind.body else {})})
    path = folder / "recording.yaml"
    logs.seek(0)
    logs.truncate()
    with Server(answer(200, content, *fields, content_type=kind.answer_media)) as server:
        url = f"{server.url}/x?{kind.query}"
        method = "POST" if kind.body else "GET"
        request = Request(method, url, headers, octets(kind.body))
        with dynclient.Transport() as transport:
            response = transport.send(request)
        messages = logs.getvalue()
        with dynclient.recording(path):  # of another client: what ours knows to be secret does not help
            data = octets(kind.body)
            requests.request(method, url, headers=dict(headers), data=data, timeout=10, allow_redirects=False)
        try:
            dynclient.Transport(retries=0).send(request._replace(url=url.replace(server.url, "http://127.0.0.1:9")))
        except DynclientError as error:
            failure = "".join(traceback.format_exception(error))
    return {
        "request": f"{request!r} {request}",
        "curl": request.curl(),
        "response": f"{response!r} {response.headers!r}",
        "log": messages,
        "recording": path.read_text("utf-8"),
        "error": failure,
    }


@pytest.mark.parametrize("name", KINDS)
def test_a_secret_is_shown_nowhere(shown, name):
    """Reprs, ``curl()``, log lines, recordings and tracebacks hold none of it."""
    leaks = [surface for surface, text in shown[name].items() if KINDS[name].plant in text]
    assert leaks == []
    assert "***" in shown[name]["recording"]  # which says that something was here


@pytest.mark.parametrize("location", ["header", "query", "cookie"])
def test_the_key_of_any_name_stays_out_of_recordings(tmp_path, location):
    """The name that an ``ApiKey`` was made with is hidden wherever the key is shown, in recordings too."""
    path = tmp_path / "recording.yaml"
    document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {
        "operationId": "get_x", "responses": {"200": {"description": ""}}}}}}  # fmt: skip
    with Server(answer(200, b"")) as server, dynclient.recording(path):
        client = dynclient.Client(dynclient.load(document), server=server.url, auth=ApiKey("X-Plain", PLANT, location))
        client.get_x()
        assert PLANT in (server.seen[0].line + str(server.seen[0].headers))
    assert PLANT not in path.read_text("utf-8")


@pytest.mark.parametrize(
    "auth",
    [
        ("user", PLANT),
        dynclient.Basic("user", PLANT),
        dynclient.Bearer(PLANT),
        dynclient.ApiKey("X-Key", PLANT),
        dynclient.Login("user", PLANT),
    ],
    ids=lambda auth: type(auth).__name__,
)
def test_a_client_shows_no_credential(auth):
    """A client's repr, its pickle and those of its parts hold no credential."""
    client = dynclient.Client(dynclient.load("2.10.5"), server="http://localhost:1", auth=auth)
    assert PLANT not in repr(client)
    assert PLANT not in repr(vars(client))
    assert PLANT.encode() not in pickle.dumps(client)

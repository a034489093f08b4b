"""The transport against real servers: what is sent, what comes back, and what a network can do in between."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading

import pytest
import requests
import requests.auth
import vcr
from loopback import Server, answer, chunked, echo, zipped
from sending import BIG, OK, get

from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Transport


def test_threads_share_a_transport():
    """Sixteen threads get their own answers."""
    with Server(echo) as server, Transport() as transport:
        got: list[tuple[bytes, bytes]] = []

        def work(number: int) -> None:
            for turn in range(10):
                body = f"{number}-{turn}".encode()
                got.append((body, transport.send(Request("POST", server.url, body=body)).body))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(got) == 160
        assert all(sent == came for sent, came in got)


def test_requests_is_imported_by_the_first_call_only():
    """Importing and making a transport stays cheap."""
    code = """
        import sys
        import dynclient.http.transport, dynclient.client.auth
        dynclient.http.transport.Transport()
        assert "requests" not in sys.modules and "urllib3" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


def test_an_answer():
    """Status, fields in any case, body and URL."""
    with Server(answer(418, b"x", "Set-Cookie: a=1", "X-A: 1", "X-A: 2")) as server, Transport() as transport:
        response = transport.send(get(server.url + "/p"))
    assert (response.status, response.body, response.url) == (418, b"x", server.url + "/p")
    assert response.headers["x-a"] == "1, 2"
    assert response.content_type == "application/json"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers(status):
    """A redirect is never followed, by any way of sending."""
    with Server(answer(status, b"", "Location: /elsewhere")) as server, requests.Session() as session:
        for transport, auth in ((Transport(), None), (Transport(), ("u", "p")), (Transport(session=session), None)):
            with transport:
                response = transport.send(get(server.url), auth)
                assert response.status == status
                assert response.headers["location"] == "/elsewhere"
        assert len(server.seen) == 3


def test_cookies_come_back_to_their_server():
    """Set-Cookie of one call is sent by the next, unless the request has a Cookie field of its own."""
    script = answer(200, b"", "Set-Cookie: session=abc; Path=/")
    with Server(script) as server, Transport() as transport:
        transport.send(get(server.url))
        transport.send(get(server.url))
        transport.send(get(server.url, headers=Headers({"Cookie": "mine=1"})))
        transport.send(get(server.url), ("u", "p"))
        assert [seen.headers.get("cookie") for seen in server.seen] == [None, "session=abc", "mine=1", "session=abc"]
        assert transport.session.cookies["session"] == "abc"


@pytest.mark.parametrize("stream", [False, True])
def test_vcrpy_records_and_replays(tmp_path, stream):
    """What vcrpy recorded of our traffic is answered without the server."""
    cassette = str(tmp_path / "cassette.yaml")
    scripts = (zipped(b'{"zipped": 1}'), chunked([b"a", b"b"]), answer(200, BIG[:2_000_000]), answer(404, b"no"))

    def talk(transport: Transport, url: str) -> list[tuple[int, bytes]]:
        lines = []
        for number in range(len(scripts)):
            request = Request("POST", f"{url}/{number}%2F", Headers({"Accept": "*/*"}), b"{}", stream=stream)
            response = transport.send(request)
            lines.append((response.status, b"".join(response.chunks) if stream else response.body))
        return lines

    with Server(*scripts) as server, vcr.use_cassette(cassette, record_mode="once"), Transport() as transport:
        live = talk(transport, server.url)
        assert len(server.seen) == len(scripts)
    with vcr.use_cassette(cassette, record_mode="none") as played, Transport() as transport:
        assert talk(transport, server.url) == live
        assert played.play_count == len(scripts)
    assert [body for _, body in live] == [b'{"zipped": 1}', b"ab", BIG[:2_000_000], b"no"]


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # vcrpy before 9.4 drops pooled connections
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")  # so
def test_a_cassette_around_some_calls_of_a_transport(tmp_path):
    """A transport in use can enter and leave a cassette."""
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url))
        with vcr.use_cassette(str(tmp_path / "c.yaml")) as cassette:
            transport.send(get(server.url))
            assert len(cassette) == 1
        transport.send(get(server.url))
        assert len(server.seen) == 3
    gc.collect()  # what vcrpy dropped is told of here, and not in a later test


def test_repr_says_what_it_is():
    """The repr has the limits and no secret."""
    text = repr(Transport(timeout=5, retries=1, proxies={"http": "http://u:secret@h"}))
    assert text == f"<Transport timeout=(5.0, 5.0) retries=1 max_bytes={256 * 2**20}>"

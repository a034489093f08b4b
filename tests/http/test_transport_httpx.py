"""The awaited transport: each row is sent by both transports, and both must say the same."""

from __future__ import annotations

import asyncio
import gzip
import threading
from importlib.metadata import version

import httpx
import pytest
from loopback import CERTIFICATE, Server, answer, chunked, drip, echo, free_port, head, raw, silent, zipped

from dynclient import aio, errors
from dynclient.http import transport_httpx as atransport
from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Retry, Transport

OK = answer(200, b"yes", "X-Who: me", "Set-Cookie: a=1", "Set-Cookie: b=2")
QUICK = Retry(total=2, backoff=0.01)


def get(url, **more):
    return Request("GET", url, Headers({"Accept": "*/*"}), **more)


def plain(request, **settings):
    with Transport(**settings) as transport:
        return transport.send(request)


def awaited(request, **settings):
    async def work():
        async with aio.Transport(**settings) as transport:
            return await transport.send(request)

    return asyncio.run(work())


BOTH = pytest.mark.parametrize("send", [plain, awaited])

ANSWERS = {
    "an answer": OK,
    "no body": answer(204),
    "a redirect, not followed": answer(302, b"", "Location: /there"),
    "an error": answer(500, b"no"),
    "chunks": chunked([b"a", b"b"]),
    "gzip": zipped(b"abc" * 1000),
    "the end is the end": raw(head(200), b"until closed"),
    "fields that are no ASCII": answer(200, b"", "X-Name: ö"),
}


@pytest.mark.parametrize("script", ANSWERS.values(), ids=ANSWERS)
def test_both_give_the_same_answer(script):
    """Status, fields and body, byte for byte."""
    with Server(script) as server:
        one, other = plain(get(server.url), retries=0), awaited(get(server.url), retries=0)
    assert (one.status, one.headers, one.body, one.url) == (other.status, other.headers, other.body, other.url)


FAILURES = {
    "closed before an answer": raw(),
    "closed within the header": raw(b"HTTP/1.1 200 OK\r\nX-"),
    "less than it said": raw(head(200, "Content-Length: 9"), b"abc"),
    "cut off chunks": chunked([b"abc"], end=b""),
    "no HTTP": raw(b"220 mail.example ESMTP\r\n\r\n"),
    "silence": silent,
    "a slow header": drip(b"HTTP/1.1 200 OK\r\n" * 100, 0.05),
    "a slow body": chunked([b"x"] * 100, pause=0.05),
    "too long, and says so": answer(200, b"x" * 5000),
    "too long, in chunks": chunked([b"x" * 1000] * 5),
    "too long when unpacked": zipped(b"x" * 100_000),
    "no gzip": answer(200, b"abc", "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("script", FAILURES.values(), ids=FAILURES)
def test_both_fail_in_the_same_way(script):
    """The same class, the same sentence, the same word on whether the server may have seen the request."""
    raised = []
    for send in (plain, awaited):
        with Server(script) as server, pytest.raises(errors.TransportError) as caught:
            send(get(server.url), timeout=(5, 0.3), max_bytes=1000, retries=0)
        message = str(caught.value).replace(server.url, "").partition(" (")[0]
        raised.append((type(caught.value), message, caught.value.request_sent))
    assert raised[0] == raised[1]


@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "http://127.0.0.1:{free}/"])
def test_nobody_is_there(url):
    """No name, no listener: the same sentence, and nothing was sent."""
    url = url.format(free=free_port())
    for send in (plain, awaited):
        with pytest.raises(errors.Unreachable, match="does the server run") as caught:
            send(get(url), retries=0)
        assert not caught.value.request_sent


@BOTH
@pytest.mark.parametrize(
    "request_", [get("ftp://h/"), get("/path"), Request("GET", "http://h/", Headers({"X": "a\r\nB: c"}))]
)
def test_what_cannot_be_written_is_not_sent(send, request_):
    """A URL of another kind and a field with a line break are the caller's."""
    with pytest.raises(errors.ArgumentError, match="nothing was sent"):
        send(request_)


TARGETS = ["/", "/a%2Fb", "/a%20b?q=%5B1%5D", "/~x/'(a)!*?q='a'&r=%2B", "/a//b", "?q=1", "/%C3%B6;v=1,2@:$"]


@BOTH
@pytest.mark.parametrize("target", TARGETS)
def test_the_bytes_of_a_url_go_out_as_they_are(send, target):
    """Nothing is encoded once more, decoded, or put into another form."""
    with Server(OK) as server:
        send(get(server.url + target))
    assert server.seen[0].target == (target if target.startswith("/") else "/" + target)


@BOTH
def test_what_is_sent(send):
    """Body and fields as they are; only what HTTP needs is added."""
    fields = Headers({"X-O": "ö", "Accept": "a/b"})
    with Server(echo) as server:
        response = send(Request("PUT", server.url + "/x", fields, b"\x00\xff"))
    assert response.body == b"\x00\xff"
    seen = server.seen[0]
    assert seen.line == "PUT /x HTTP/1.1"
    assert seen.headers["content-length"] == "2"
    assert (seen.headers["accept"], seen.headers["user-agent"]) == ("a/b", f"dynclient/{version('dynclient')}")
    assert "content-type" not in seen.headers


REPEATED = [
    # (method, first answers, how often it is sent)
    ("GET", [answer(503), answer(503), OK], 3),
    ("GET", [answer(503)] * 4, 3),
    ("GET", [raw(), OK], 2),
    ("DELETE", [answer(429, b"", "Retry-After: 0"), OK], 2),
    ("POST", [answer(503), OK], 1),
    ("POST", [raw(), OK], 1),
    ("GET", [answer(500), OK], 1),
]


@BOTH
@pytest.mark.parametrize(("method", "scripts", "times"), REPEATED)
def test_what_is_sent_again(send, method, scripts, times):
    """Only what may be sent twice, and only after what may pass."""
    with Server(*scripts) as server:
        try:
            send(Request(method, server.url), retries=QUICK)
        except errors.TransportError:
            assert method == "POST"
    assert len(server.seen) == times


@BOTH
def test_a_request_that_never_arrived_is_sent_again_whatever_it_is(send):
    """A POST to nobody has changed nothing."""
    with pytest.raises(errors.Unreachable):
        send(Request("POST", f"http://127.0.0.1:{free_port()}/"), retries=QUICK)


def test_certificates(tmp_path, monkeypatch):
    """A certificate is checked against the bundle given, or the environment's, unless that is switched off."""
    pem = tmp_path / "both.pem"
    pem.write_text(CERTIFICATE)
    with Server(OK, certificate=str(pem)) as server:
        with pytest.raises(errors.Unreachable, match="not trusted") as caught:
            awaited(get(server.url))
        assert not caught.value.request_sent
        assert awaited(get(server.url), verify=str(pem)).status == 200
        assert awaited(get(server.url), verify=str(pem), cert=str(pem)).status == 200
        assert awaited(get(server.url), verify=False).status == 200
        for settings in ({"verify": str(tmp_path / "none.pem")}, {"cert": str(tmp_path / "none.pem")}):
            with pytest.raises(errors.ArgumentError, match="not there"):
                awaited(get(server.url), **settings)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        assert awaited(get(server.url)).status == 200


@BOTH
def test_proxies(send, monkeypatch):
    """Those given go before those of the environment, and one that is not there says so."""
    with Server(answer(200, b"proxy")) as proxy:
        assert send(get("http://nowhere.invalid/"), proxies={"http": proxy.url}).body == b"proxy"
        monkeypatch.setenv("http_proxy", proxy.url)
        assert send(get("http://nowhere.invalid/")).body == b"proxy"
        with pytest.raises(errors.Unreachable):
            send(get("http://nowhere.invalid/"), trust_env=False, retries=0)


def test_cookies_are_kept():
    """What the server sets it gets back, as from a browser."""

    async def work(url):
        async with aio.Transport() as transport:
            await transport.send(get(url))
            await transport.send(get(url))

    with Server(OK) as server:
        asyncio.run(work(server.url))
    assert server.seen[1].headers["cookie"] == "a=1; b=2"


def test_a_session_of_ones_own():
    """Its fields, its cookies and its auth apply; it follows no redirect here and is not closed."""

    async def work(url):
        async with httpx.AsyncClient(headers={"X-Mine": "1"}, auth=("me", "pw"), follow_redirects=True) as session:
            async with aio.Transport(session=session) as transport:
                first = await transport.send(get(url))
            return first.status, (await session.get(url)).status_code

    with Server(answer(302, b"", "Location: /elsewhere"), OK) as server:
        assert asyncio.run(work(server.url)) == (302, 200)
    assert server.seen[0].headers["x-mine"] == "1"
    assert server.seen[0].headers["authorization"].startswith("Basic ")


class Counted:
    """Answers after a while, and counts how many do so at the same time."""

    def __init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, exchange):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        exchange.wait(0.2)
        with self.lock:
            self.now -= 1
        OK(exchange)


def test_many_at_once_wait_for_their_turn(monkeypatch):
    """Of many begun at once only some are under way, and the waiting of the others is no time to answer."""
    monkeypatch.setattr(atransport, "_AT_ONCE", 2)
    counted = Counted()

    async def work(url):
        async with aio.Transport(timeout=(2, 2)) as transport:
            return await asyncio.gather(*[transport.send(get(url)) for _ in range(24)])

    with Server(counted) as server:  # twelve times a fifth of a second, which is longer than the timeout
        assert {response.body for response in asyncio.run(work(server.url))} == {b"yes"}
    assert counted.most == 2


def test_a_cancelled_request_leaves_no_connection():
    """Its connection is closed, and the next request gets a good one."""

    async def work(url):
        async with aio.Transport() as transport:
            task = asyncio.create_task(transport.send(get(url)))
            await asyncio.to_thread(arrived.wait, 20)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await transport.send(get(url))

    arrived = threading.Event()
    with Server(lambda exchange: (arrived.set(), silent(exchange)), OK) as server:
        assert asyncio.run(work(server.url)).body == b"yes"
        assert server.connections == 2


def test_repr_and_settings():
    """What is set is seen, and what makes no sense is refused at once."""
    assert (
        repr(aio.Transport(timeout=3, retries=1)) == "<aio.Transport timeout=(3.0, 3.0) retries=1 max_bytes=268435456>"
    )
    with pytest.raises(errors.ArgumentError, match="seconds above zero"):
        aio.Transport(timeout=0)


def test_without_httpx_it_says_what_to_install(monkeypatch):
    """The extra is named where it is missing, and only then."""
    import builtins

    imported = builtins.__import__

    def without(name, *args, **named):
        if name == "httpx":
            raise ImportError(name)
        return imported(name, *args, **named)

    transport = aio.Transport()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.ArgumentError, match=r"pip install 'dynclient\[aio\]'"):
        asyncio.run(transport.send(get("http://127.0.0.1/")))


def test_gzip_of_a_stream_is_not_asked_for():
    """A server that compresses a stream holds it back."""

    async def work(url):
        async with aio.Transport() as transport:
            response = await transport.send(get(url, stream=True))
            return b"".join([chunk async for chunk in response.chunks])

    with Server(answer(200, gzip.compress(b"abc"), "Content-Encoding: gzip")) as server:
        assert asyncio.run(work(server.url)) == b"abc"
    assert server.seen[0].headers["accept-encoding"] == "identity"

r"""Real HTTP servers on loopback whose answers are scripts, for whatever a network can do to a client.

``with Server(answer(200, b"{}"), cut(b"HTTP/1.1 200 OK\r\n")) as server`` answers the first request with the
first script, the second with the second, and every later one with the last. ``server.seen`` has the requests.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Script = Callable[["Exchange"], None]

# A certificate for 127.0.0.1 signed by itself, and its key: made for these tests, protects nothing.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgD43qntWJFtZDp4yl
JYNDSbSjKwDm2xIhlWljeghN7r2hRANCAAQOcwQD0/lf1HNb4jspf0nLxcWVDDDW
kZQULM8ireJCyiUw6G4OLXzGrqDIopS0d0cJXqtetDxk36+fv7/vhnBX
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBmjCCAT+gAwIBAgIUEgvepxkVSrOSCpaNiwdKSLi/fjkwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIbG9vcGJhY2swIBcNMjYxMTI0MDgzMDQ4WhgPMjEyNjEwMzEw
ODMwNDhaMBMxETAPBgNVBAMMCGxvb3BiYWNrMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEDnMEA9P5X9RzW+I7KX9Jy8XFlQww1pGUFCzPIq3iQsolMOhuDi18xq6g
yKKUtHdHCV6rXrQ8ZN+vn7+/74ZwV6NvMG0wHQYDVR0OBBYEFKcE74AERRcWTpsf
rMDiOK+iJsZeMB8GA1UdIwQYMBaAFKcE74AERRcWTpsfrMDiOK+iJsZeMA8GA1Ud
EwEB/wQFMAMBAf8wGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0MAoGCCqGSM49
BAMCA0kAMEYCIQC2EvXI+l4l1wNIsxfgKo3IXNs8MBEV2Jq2HdynnvGCNgIhAJBm
Zey/PJfL5Br8Uj8M8O+LPwrpa0yvtKrftfMfwPv8
-----END CERTIFICATE-----
"""


class Seen(NamedTuple):
    """One request as its bytes came: the request line, the header fields in lower case, the body."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int  # which connection, counted from 1

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


class Exchange:
    """The server's side of one request: what a script may do with it."""

    def __init__(self, connection: socket.socket, seen: Seen, stop: threading.Event) -> None:
        self.seen = seen
        self._connection = connection
        self._stop = stop

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._connection.sendall(part)

    def wait(self, seconds: float) -> bool:
        """Do nothing for a while; true when the server is being closed."""
        return self._stop.wait(seconds)

    def cut(self) -> None:
        """Close the connection here and now."""
        raise ConnectionAbortedError


class Server:
    """An HTTP server with a thread per connection; as a context manager it is gone at the end."""

    def __init__(self, *scripts: Script, certificate: str | None = None, port: int = 0) -> None:
        self.scripts = list(scripts)
        self.seen: list[Seen] = []
        self.connections = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._lock:
            still = list(self._open)
        for connection in still:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                number = self.connections
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        plain = connection
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while (seen := _read(stream, number)) is not None:
                with self._lock:
                    script = self.scripts[min(len(self.seen), len(self.scripts) - 1)]
                    self.seen.append(seen)
                script(Exchange(connection, seen, self._stop))
        except (OSError, ValueError):
            pass  # the client has gone, or the script has cut the line
        finally:
            with self._lock:
                self._open.discard(plain)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def _read(stream, number: int) -> Seen | None:
    line = stream.readline().decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    headers: dict[str, str] = {}
    while field := stream.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = field.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(line, headers, stream.read(int(headers.get("content-length", 0))), number)


# --- scripts -------------------------------------------------------------------------------------


def head(status: int = 200, *fields: str) -> bytes:
    """A status line and header fields, with the empty line that ends them."""
    return "\r\n".join([f"HTTP/1.1 {status} Any", *fields, "", ""]).encode("latin-1")


def answer(status: int = 200, body: bytes = b"", *fields: str, content_type: str = "application/json") -> Script:
    """A complete answer; the connection stays open."""
    start = head(status, f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *fields)
    return lambda exchange: exchange.send(start + body)


def raw(*parts: bytes) -> Script:
    """These bytes, whatever they are, and then the connection is closed."""

    def script(exchange: Exchange) -> None:
        exchange.send(*parts)
        exchange.cut()

    return script


def chunked(parts: Iterable[bytes], *fields: str, end: bytes = b"0\r\n\r\n", pause: float = 0.0) -> Script:
    """A chunked answer, a pause before each part; without ``end`` it is cut off."""

    def script(exchange: Exchange) -> None:
        exchange.send(head(200, "Transfer-Encoding: chunked", *fields))
        for part in parts:
            if pause and exchange.wait(pause):
                return
            exchange.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        exchange.send(end)
        if not end:
            exchange.cut()

    return script


def drip(data: bytes, pause: float) -> Script:
    """Bytes one at a time, each after a pause."""

    def script(exchange: Exchange) -> None:
        for byte in data:
            if exchange.wait(pause):
                return
            exchange.send(bytes([byte]))

    return script


def silent(exchange: Exchange) -> None:
    """No answer at all, as long as the server lives."""
    exchange.wait(60)
    exchange.cut()


def zipped(body: bytes, *fields: str) -> Script:
    """A body compressed with gzip."""
    return answer(200, gzip.compress(body), "Content-Encoding: gzip", *fields)


def echo(exchange: Exchange) -> None:
    """The request's own body."""
    answer(200, exchange.seen.body)(exchange)


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

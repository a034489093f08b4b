"""A function from Request to answer, served over real HTTP on a loopback port; the only module that knows werkzeug."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError
from ..http.messages import Headers, Request

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

__all__ = ["Sent", "Server"]

_PIECE = 65536  # bytes written at once


class Sent(NamedTuple):
    """What goes out.

    Attributes:
        status: the HTTP status code.
        headers: the fields, all but the length.
        body: the bytes; None for an answer that has no body at all.
        lines: send it line by line, its length untold, as a stream is.
        delay: seconds to wait first.
        cut: True closes the connection instead; a number closes it after so many bytes of the body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    lines: bool = False
    delay: float = 0.0
    cut: bool | int = False


class Server:
    """Listens from the start; ``close`` gives the port back.

    Args:
        respond: called for each request, from several threads at once.
        port: on 127.0.0.1; 0 takes a free one, then ``port`` tells which.

    Raises:
        ArgumentError: the port is taken, or none.
    """

    def __init__(self, respond: Callable[[Request], Sent], port: int) -> None:
        from werkzeug.serving import WSGIRequestHandler, make_server  # 0.1 s, and only for those who serve

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - its signature
                """Say nothing."""

        self._respond = respond
        self._closed = threading.Event()
        with _listening(port) as ours:  # bound here, because werkzeug would end the process where that fails
            self.port = int(ours.getsockname()[1])
            self._http = make_server(
                "127.0.0.1", self.port, self._app, threaded=True, request_handler=Quiet, fd=ours.fileno()
            )
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.02,), name="dynclient fake", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening; waiting answers are given up."""
        self._closed.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _app(self, environ: Any, start_response: Any) -> Any:
        from werkzeug.wrappers import Request as Came
        from werkzeug.wrappers import Response as Answered

        came = Came(environ)
        raw = environ.get("RAW_URI") or environ["PATH_INFO"]  # still percent-encoded
        url = raw if "://" in raw else f"http://{environ.get('HTTP_HOST', '127.0.0.1')}{raw}"
        sent = self._respond(Request(came.method, url, Headers(list(came.headers)), came.get_data() or None))
        if sent.delay:
            self._closed.wait(sent.delay)
        body = sent.body or b""
        headers = dict(sent.headers)
        if sent.body is not None and not sent.lines:
            headers["Content-Length"] = str(len(body))
        if sent.cut is not False:
            return _cut(environ, start_response, sent, headers)
        pieces = (
            body.splitlines(keepends=True)
            if sent.lines
            else [body[i : i + _PIECE] for i in range(0, len(body), _PIECE)]
        )
        answered = Answered(iter(pieces), sent.status, Headers(headers).pairs())
        if "content-type" not in Headers(headers):
            del answered.headers["Content-Type"]
        return answered(environ, start_response)


def _listening(port: int) -> socket.socket:
    import os
    import socket

    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except (OSError, OverflowError) as error:
        why = os.strerror(getattr(error, "errno", 0)) if isinstance(error, OSError) else "it goes from 0 to 65535"
        raise ArgumentError(f"port {port} of 127.0.0.1 cannot be listened on ({why}); 0 takes a free one") from None


def _cut(environ: Any, start_response: Any, sent: Sent, headers: Mapping[str, str]) -> Any:
    """Close the connection: before anything is sent, or in the body."""
    import socket

    if sent.cut is not True:
        write = start_response(f"{sent.status} Cut", list(headers.items()))
        write((sent.body or b"")[: int(sent.cut)])
    environ["werkzeug.socket"].shutdown(socket.SHUT_WR)  # a reset could throw away what was sent
    raise ConnectionResetError

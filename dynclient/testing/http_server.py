"""A function from Request to Response, served over HTTP on a loopback port; the only module that knows werkzeug.

Imported in functions: ``werkzeug``, of the extra ``testing``.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError
from ..http.messages import Headers, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Delivery", "Server"]

_CHUNK = 65536  # bytes written at once


class Delivery(NamedTuple):
    """A response, and how it is sent.

    Attributes:
        response: complete, with its ``Content-Length`` where it has one; with ``chunks``, these are sent as they are.
        delay: seconds to wait first.
        cut: True closes the connection instead; a number closes it after so many bytes of the body.
    """

    response: Response
    delay: float = 0.0
    cut: bool | int = False


class Server:
    """Listens from the start; ``close`` gives the port back.

    Args:
        respond: called for each request, from several threads at once.
        port: on 127.0.0.1; 0 takes a free one, then ``port`` tells which.

    Raises:
        ArgumentError: the port cannot be listened on, or werkzeug is not installed.
    """

    def __init__(self, respond: Callable[[Request], Delivery], port: int) -> None:
        try:
            from werkzeug.serving import WSGIRequestHandler, make_server  # of the extra `testing`
        except ImportError:
            raise ArgumentError("a fake server needs werkzeug: pip install 'dynclient[testing]'") from None

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
        from werkzeug import wrappers  # of the extra `testing`

        raw = environ.get("RAW_URI") or environ["PATH_INFO"]  # still percent-encoded
        url = raw if "://" in raw else f"http://{environ.get('HTTP_HOST', '127.0.0.1')}{raw}"
        view = wrappers.Request(environ)
        request = Request(view.method, url, Headers(list(view.headers)), view.get_data() or None)
        delivery = self._respond(request)
        response = delivery.response
        if delivery.delay:
            self._closed.wait(delivery.delay)
        if delivery.cut is not False:
            return _cut(environ, start_response, response, cut=delivery.cut)
        chunks = response.chunks or (response.body[i : i + _CHUNK] for i in range(0, len(response.body), _CHUNK))
        reply = wrappers.Response(chunks, response.status, response.headers.pairs())
        if "content-type" not in response.headers:
            del reply.headers["Content-Type"]
        return reply(environ, start_response)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except (OSError, OverflowError) as error:
        why = os.strerror(getattr(error, "errno", 0)) if isinstance(error, OSError) else "it goes from 0 to 65535"
        raise ArgumentError(f"port {port} of 127.0.0.1 cannot be listened on ({why}); 0 takes a free one") from None


def _cut(environ: Any, start_response: Any, response: Response, *, cut: bool | int) -> object:
    """Close the connection: before anything is sent, or after so many bytes of the body."""
    if cut is not True:
        write = start_response(f"{response.status} Cut", response.headers.pairs())
        write(response.body[: int(cut)])
    environ["werkzeug.socket"].shutdown(socket.SHUT_WR)  # a reset could throw away what was sent
    raise ConnectionResetError

"""Which URL an operation's path is appended to, and which origins the caller named by that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ..errors import ArgumentError
from ..http import messages

if TYPE_CHECKING:
    from ..openapi.operation import Operation, Server
    from ..openapi.spec import Spec

    Choice = str | int | None

__all__ = ["Servers"]

_ANY = "*"


class Servers:
    """The servers of one client: those of its document, as far as the caller did not choose others.

    Args:
        spec: the document.
        choice: a URL, the index of one of the document's servers, or a mapping from operation id to either, with
            ``"*"`` for all others. None is the document's first.

    Attributes:
        default: the absolute URL for operations that have none of their own; empty when the document's is relative
            and nothing says to what.

    Raises:
        ArgumentError: a URL that is none, or an index beyond the document's servers.
    """

    def __init__(self, spec: Spec, choice: Choice | Mapping[str, str | int] = None) -> None:
        self._spec = spec
        self._choices: dict[str, Choice] = dict(choice) if isinstance(choice, Mapping) else {_ANY: choice}
        unknown = [name for name in self._choices if name != _ANY and name not in spec.operations]
        if unknown:
            raise ArgumentError(f"server: the document has no operation {', '.join(unknown)}")
        self.default = self._url(self._choices.get(_ANY), spec.servers)

    def url_for(self, operation: Operation) -> str:
        """The URL that an operation's path is appended to.

        Raises:
            ArgumentError: the document's server is relative and none was given.
        """
        choice = self._choices.get(operation.id, self._choices.get(operation.name))
        if choice is not None:
            url = self._url(choice, operation.servers or self._spec.servers)
        elif operation.servers and not isinstance(self._choices.get(_ANY), str):
            url = self._url(0, operation.servers)
        else:
            url = self.default
        if not url:
            raise ArgumentError(
                f"the document names only {self._spec.servers[0].url} as its server; "
                'say where it is: Client(spec, server="https://host/prefix")'
            )
        return url

    def origins(self) -> frozenset[str]:
        """The origins (``messages.origin``) that credentials may go to: those that the caller named.

        They are those of ``server=`` and of the URL that the document was loaded from; a document alone names none.
        """
        urls = [self._spec.source] if self._spec.source.startswith(("http://", "https://")) else []
        for name, choice in self._choices.items():
            if choice is not None:
                own = self._spec.operations[name].servers if name != _ANY else ()
                urls.append(self._url(choice, own or self._spec.servers))
        return frozenset(messages.origin(url) for url in urls if url)

    def _url(self, choice: Choice, servers: tuple[Server, ...]) -> str:
        """The absolute URL of a server; empty for a relative one of a document without a URL of its own."""
        if isinstance(choice, str):
            return _checked(choice)
        try:
            url = servers[choice or 0].expand()
        except IndexError:
            raise ArgumentError(f"server: the document has {len(servers)}, counted from 0") from None
        if not urlsplit(url).scheme and self._spec.source.startswith(("http://", "https://")):
            url = urljoin(self._spec.source, url)
        return url.rstrip("/") if urlsplit(url).scheme else ""


def _checked(url: str) -> str:
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ArgumentError("server: a URL that starts with http:// or https:// is wanted")
        messages.origin(url)
    except ValueError:
        raise ArgumentError("server: this is no URL; it reads https://host[:port]/prefix") from None
    return url.rstrip("/")

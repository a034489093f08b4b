"""Which server a command talks to, and as whom: options, then the environment, then a profile, then what is stored.

Imported in functions: ``keyring``, an optional extra; ``recording``, only for those who record.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from ..deployment import connect, environment, login
from ..errors import ArgumentError
from ..http.transport import Transport
from ..openapi import load
from . import output

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from ..deployment.airflow_client import Airflow

__all__ = ["connected", "profile", "server_options", "store_token", "stored_token", "trace_options"]

_SERVICE = "dynclient"  # under which a keyring keeps tokens, by URL
_OF_A_PROFILE = frozenset({"url", "username", "spec"})
_OPTIONS = (
    click.option("--url", help="The server; $DYNCLIENT_URL, else http://localhost:8080."),
    click.option("--spec", help="The document; $DYNCLIENT_SPEC, else that of the release the server runs."),
    click.option("--username", help="$DYNCLIENT_USERNAME."),
    click.option("--password", help="$DYNCLIENT_PASSWORD, which no list of processes shows; else it is asked for."),
    click.option("--token", help="$DYNCLIENT_TOKEN; instead of a user."),
)
_TRACE_OPTIONS = (
    click.option("-v", "--verbose", is_flag=True, help="Show each request as curl, masked, and its status and time."),
    click.option("--record", metavar="FILE", help="Keep what is sent and answered in FILE, without its secrets."),
)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that talks to a server."""
    return trace_options(_with(command, _OPTIONS))


def trace_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Those of them that say what is sent."""
    return _with(command, _TRACE_OPTIONS)


def _with(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def connected(
    *,
    offline: bool = False,
    responses: Any = None,
    url: str | None = None,
    spec: str | None = None,
    username: str | None = None,
    password: str | None = None,
    token: str | None = None,
    verbose: bool = False,
    record: str | None = None,
) -> Iterator[Airflow]:
    """A client of the server that the options, the environment or a profile name, for as long as the block runs.

    Args:
        offline: nothing is to be sent; where the document is named, not even a login.
        responses: as for ``connect``.
        url: of the server.
        spec: the document.
        username: of the user.
        password: of the user.
        token: instead of a user.
        verbose: show each request and its outcome on standard error.
        record: a file for what is sent and answered.
    """
    settings = profile()
    url = url or os.environ.get("DYNCLIENT_URL") or settings.get("url") or "http://localhost:8080"
    auth = _auth(url, username, password, token, settings)
    document: Any = spec or os.environ.get("DYNCLIENT_SPEC") or settings.get("spec")
    if offline and document is not None:
        document = load.load(document)
        if isinstance(auth, tuple) and login.logs_in(document):
            auth = "***"  # the token that a login would give is not shown anyway
    if verbose and not url.startswith(("http://", "https://")):
        raise ArgumentError(f"-v: what is sent to {url} goes by another library; see its log")
    transport = Transport(on_exchange=output.exchange) if verbose else None
    with (
        _recorder(record),
        connect.connect(url, auth, spec=document, responses=responses, transport=transport) as client,
    ):
        yield client


def _recorder(path: str | None) -> AbstractContextManager[None]:
    if path is None:
        return nullcontext()
    from ..contract.recording import recording

    return recording(path)


def _auth(url: str, username: str | None, password: str | None, token: str | None, settings: dict[str, str]) -> Any:
    if token is not None:
        return token
    if username is not None:
        return username, _password(username, password)
    if password is not None:
        raise ArgumentError("--password belongs to --username; give both, or --token")
    keyring_token = None if os.environ.get("DYNCLIENT_TOKEN") else stored_token(url)
    user = os.environ.get("DYNCLIENT_USERNAME") or settings.get("username")
    if keyring_token is None and user and not os.environ.get("DYNCLIENT_TOKEN"):
        return user, _password(user, None)
    return keyring_token or environment.environment(url).auth


def _password(user: str, option: str | None) -> str:
    """The password of a user: given, in the environment, or asked for where there is somebody to ask."""
    password = option if option is not None else os.environ.get("DYNCLIENT_PASSWORD") or None
    if password is not None:
        return password
    if not sys.stdin.isatty():
        raise ArgumentError(f"the password of {user!r} is not known; set DYNCLIENT_PASSWORD, or use DYNCLIENT_TOKEN")
    answer: str = click.prompt(f"Password of {user}", hide_input=True, err=True)
    return answer


# --- profiles and stored tokens ------------------------------------------------------------------------------------


def profile() -> dict[str, str]:
    """What the profile $DYNCLIENT_PROFILE says in the file of profiles; empty without that variable.

    The file is $DYNCLIENT_PROFILES, else ``~/.config/dynclient/profiles.toml``: ``[production]`` with ``url``,
    ``username``, ``spec``. Secrets do not belong there and are refused.

    Raises:
        ArgumentError: no such file or profile, or what it holds is not for it.
    """
    name = os.environ.get("DYNCLIENT_PROFILE")
    if not name:
        return {}
    path = os.environ.get("DYNCLIENT_PROFILES") or os.path.expanduser("~/.config/dynclient/profiles.toml")  # noqa: PTH111 - 12 ms
    profiles = _toml(path)
    if not isinstance(profiles.get(name), dict):
        raise ArgumentError(f"{path} has no profile {name!r}; it has {', '.join(profiles) or 'none'}")
    settings: dict[str, str] = profiles[name]
    wrong = sorted(settings.keys() - _OF_A_PROFILE)
    if wrong:
        raise ArgumentError(
            f"{path}: a profile has url, username and spec, not {', '.join(wrong)}; "
            "a token is stored by `dynclient login --store`"
        )
    return settings


def _toml(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 12 ms to import
            profiles: dict[str, Any] = tomllib.load(file)
            return profiles
    except OSError as error:
        raise ArgumentError(f"the profiles in {path} cannot be read ({error.strerror})") from None
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"{path} is no TOML: {error}") from None


def stored_token(url: str) -> str | None:
    """The token that ``dynclient login --store`` left for a URL; only looked for where $DYNCLIENT_KEYRING is set."""
    if not os.environ.get("DYNCLIENT_KEYRING"):
        return None
    token: str | None = _in_keyring("get_password", url)
    return token


def store_token(url: str, token: str) -> None:
    """Keep a token in the keyring of the desktop or server, for a URL."""
    _in_keyring("set_password", url, token)


def _in_keyring(function: str, *values: str) -> Any:
    """What a function of the keyring gives for this package's service.

    Raises:
        ArgumentError: it is not installed, or there is none on this machine, or it refuses.
    """
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise ArgumentError("keyring is wanted for this: pip install 'dynclient[keyring]'") from None
    try:
        return getattr(keyring, function)(_SERVICE, *values)
    except KeyringError as error:
        reason = type(error).__name__
        raise ArgumentError(f"the keyring cannot be used ({reason}); `keyring diagnose` tells more") from None

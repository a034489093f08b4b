"""Which release a server runs, and which document is for it: the bundled one, its own, or the nearest older one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ..documents import releases
from ..errors import DynclientError, Problem, SpecError, UndocumentedResponse, api_error_class
from ..http import masking, media_types
from ..http.messages import Headers, Request, Response
from ..openapi import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.spec import Spec

__all__ = ["JSON", "Ask", "Chosen", "document", "release", "server"]

JSON = Headers({"Accept": "application/json"})  #: what is asked for here
#: a GET of a URL with credentials, by a client of a release
Ask = Callable[[str, str], Response]

_NEW, _OLD = "/api/v2", "/api/v1"  # of Airflow 3 and of Airflow 2
_DOCUMENTS = {_NEW: "/openapi.json", _OLD: "/api/v1/openapi.json"}
_API = re.compile(r"/api/v\d+$")


class Chosen(NamedTuple):
    """A document: is it the contract of this very server, and how was it chosen?"""

    spec: Spec
    exact: bool
    why: str


def server(spec: Spec, root: str) -> str:
    """What a document's paths are appended to: of its own servers only a final ``/api/v1`` counts."""
    found = _API.search(urlsplit(spec.servers[0].expand()).path.rstrip("/"))
    return root + (found[0] if found else "")


# --- which release -------------------------------------------------------------------------------


def release(root: str, transport: Any, ask: Ask | None, *, basic: bool) -> str:
    """Ask the server for its release, without credentials first.

    Args:
        root: the server with its path prefix.
        transport: sends what needs no credentials.
        ask: sends with credentials, where there are any.
        basic: they are a user and password, which must not reach a server that takes no Basic.

    Raises:
        DynclientError: it does not say; with what it answered instead.
    """
    seen: dict[str, Response] = {}
    for api in (_NEW, _OLD):
        response = transport.send(Request("GET", f"{root}{api}/version", JSON))
        if response.status in {401, 403} and ask is not None and not (basic and api == _NEW):
            response = ask(f"{root}{api}/version", _newest(api))
        found = _version(response)
        if found:
            return found
        seen[api] = response
    if seen[_NEW].status in {401, 403} and seen[_OLD].status == 404 and ask is not None:
        seen[_NEW] = ask(f"{root}{_NEW}/version", _newest(_NEW))
        found = _version(seen[_NEW])
        if found:
            return found
    raise _no_release(root, seen, given=ask is not None)


def _newest(api: str) -> str:
    """The newest bundled release that has this API."""
    return next(known for known in reversed(releases.releases()) if _api(known) == api)


def _api(release: str) -> str:
    return _OLD if release.partition(".")[0] == "2" else _NEW


def _version(response: Response) -> str | None:
    data = _object(response) if response.status == 200 else None
    found = data.get("version") if data is not None else None
    return found if isinstance(found, str) and re.match(r"[2-9]\.\d+\.\d+|\d\d+\.\d+", found) else None


def _object(response: Response) -> dict[str, Any] | None:
    """The JSON object that came; unknown paths of Airflow 3 answer 200 with a page, so the media type counts."""
    if not media_types.is_json(response.content_type):
        return None
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _no_release(root: str, seen: Mapping[str, Response], *, given: bool) -> DynclientError:
    """The error for a server that does not say its release."""
    told = " and ".join(f"{api}/version with {_told(response)}" for api, response in seen.items())
    message = f"{root} does not say which Airflow it is: it answered {told}"
    refused = next((r for r in seen.values() if r.status in {401, 403}), None)
    failed = next((r for r in seen.values() if r.status >= 500), None)
    if refused is not None:
        todo = "it does not take these credentials" if given else "give credentials, auth=(user, password) or a token"
    elif failed is not None:
        todo = "it fails, or what stands before it; try again later, or say release= to go on without"
    else:
        todo = "give the URL of Airflow's web interface, path prefix included, without /home"
    response = refused or failed or seen[_OLD]
    if response.status < 400:
        return UndocumentedResponse(f"{message}; {todo}", response=response)
    kind = api_error_class(response.status)
    return kind(f"{message}; {todo}", problem=Problem(response.status), response=response)


def _told(response: Response) -> str:
    to = masking.bare_url(response.headers.get("location", ""))
    if 300 <= response.status < 400 and to:
        return f"{response.status}, a redirect to {to}"
    what = "an HTML page" if "html" in response.content_type else response.content_type or "nothing"
    return f"{response.status} and {what}"


# --- which document ------------------------------------------------------------------------------


def document(release: str, root: str, transport: Any, ask: Ask | None) -> Chosen:
    """The bundled document of a release, else the server's own, else the nearest older one."""
    plain, mark, vendor = release.partition("+")
    try:
        spec = load.load(release)
    except SpecError:
        pass
    else:
        if not mark:
            return Chosen(spec, exact=True, why="the bundle has it")
        return Chosen(spec, exact=False, why=f"the vendor's +{vendor} is not bundled, {spec.release} is")
    try:
        spec = _own_document(release, root, transport, ask)
    except DynclientError as error:
        missing = str(error)
    else:
        return Chosen(spec, exact=True, why=f"{release} is not bundled, so the server's own is used")
    older = releases.nearest(plain)
    if older is None:
        raise SpecError(f"{root} is Airflow {release}, older than every document bundled, and {missing}; give spec=")
    why = f"{release} is not bundled and {missing}; the nearest older one is used"
    return Chosen(load.load(older), exact=False, why=f"{why} ({older}); spec= takes another")


def _own_document(release: str, root: str, transport: Any, ask: Ask | None) -> Spec:
    """The document that the server has of itself; where it says to be served does not count, it is where it was got.

    Raises:
        DynclientError: it has none that can be used, or gives it to nobody.
    """
    api = _api(release)
    url = root + _DOCUMENTS[api]
    response = transport.send(Request("GET", url, JSON))
    if response.status in {401, 403} and ask is not None:
        response = ask(url, _newest(api))
    found = _object(response) if response.status == 200 else None
    if found is None:
        raise SpecError(f"the server's own is not to be had ({_DOCUMENTS[api]} answered {_told(response)})")
    found.pop("servers", None)
    if api == _OLD:
        found["servers"] = [{"url": api}]
    return load.load_mapping(found, source=url, release=release)

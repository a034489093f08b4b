"""Which release a server runs, and which document is for it: the bundled one, its own, or the nearest older one.

Written as generators that yield a ``Probe`` and are sent its answer (or thrown its error), so that a blocking and an
awaited ``connect`` share them; nothing is sent here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..documents import releases
from ..errors import DynclientError, Problem, SpecError, UndocumentedResponse, api_error_class
from ..http import masking, media_types
from ..http.messages import Headers, Response
from ..openapi import load

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..openapi.spec import Spec

__all__ = ["JSON", "Chosen", "Credentials", "Probe", "choose_document", "find_release", "server"]

JSON = Headers({"Accept": "application/json"})  #: what is asked for here

_NEW, _OLD = "/api/v2", "/api/v1"  # of Airflow 3 and of Airflow 2
_DOCUMENTS = {_NEW: "/openapi.json", _OLD: "/api/v1/openapi.json"}
_API = re.compile(r"/api/v\d+$")


class Credentials(NamedTuple):
    """What is known of the credentials beforehand.

    Attributes:
        present: there are some.
        at_once: sending them needs no login and shows nobody a password: a token or a cookie, to its own origin.
        basic: they are a user and password, which must not reach a server that takes no Basic.
    """

    present: bool
    at_once: bool
    basic: bool


class Probe(NamedTuple):
    """A GET to send: to which URL, and by the credentials for which release; None for none."""

    url: str
    release: str | None = None


class Chosen(NamedTuple):
    """A document: is it the contract of this very server, and how was it chosen?"""

    spec: Spec
    exact: bool
    why: str


def server(spec: Spec, root: str) -> str:
    """What a document's paths are appended to: of its own servers only a final ``/api/v1`` counts."""
    api = _API.search(urlsplit(spec.servers[0].expand()).path.rstrip("/"))
    return root + (api[0] if api else "")


# --- which release -------------------------------------------------------------------------------


def find_release(root: str, credentials: Credentials) -> Generator[Probe, Response, str]:
    """Ask the server for its release: with credentials at once where that is safe, else only where it wants some.

    A gateway in front of Airflow answers a request without credentials by a redirect, a page or a 404, so that any
    answer but a version is asked for again.

    Args:
        root: the server with its path prefix.
        credentials: what is known of them.

    Raises:
        DynclientError: it does not say; with what it answered instead.
    """
    answers: dict[str, Response] = {}
    for api in (_NEW, _OLD):
        url = f"{root}{api}/version"
        answers[api] = yield Probe(url, _newest(api) if credentials.at_once else None)
        if _version(answers[api]):
            break
        if credentials.present and not credentials.at_once and _wants_credentials(answers[api], credentials, api):
            answers[api] = yield Probe(url, _newest(api))
            if _version(answers[api]):
                break
    release = _version(answers[api])
    if release is None and credentials.basic and answers[_NEW].status in {401, 403} and answers[_OLD].status == 404:
        answers[_NEW] = yield Probe(f"{root}{_NEW}/version", _newest(_NEW))  # an Airflow 3, where it logs in
        release = _version(answers[_NEW])
    if release is None:
        raise _unknown_release(root, answers, credentials)
    return release


def _wants_credentials(answer: Response, credentials: Credentials, api: str) -> bool:
    """May credentials change this answer? A password is shown to nobody who did not ask for one (401 or 403)."""
    if credentials.basic:
        return api == _OLD and answer.status in {401, 403}
    return answer.status in {401, 403} or 300 <= answer.status < 400 or "html" in answer.content_type


def _newest(api: str) -> str:
    """The newest bundled release that has this API."""
    return next(release for release in reversed(releases.releases()) if _api(release) == api)


def _api(release: str) -> str:
    return _OLD if release.partition(".")[0] == "2" else _NEW


def _version(response: Response) -> str | None:
    data = _object(response) if response.status == 200 else None
    version = data.get("version") if data is not None else None
    is_one = isinstance(version, str) and re.match(r"[2-9]\.\d+\.\d+|\d\d+\.\d+", version)
    return version if isinstance(version, str) and is_one else None


def _object(response: Response) -> dict[str, object] | None:
    """The JSON object of an answer; unknown paths of Airflow 3 answer 200 with a page, so the media type counts."""
    if not media_types.is_json(response.content_type):
        return None
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _unknown_release(root: str, answers: Mapping[str, Response], credentials: Credentials) -> DynclientError:
    """The error for a server that does not say its release."""
    summary = " and ".join(f"{api}/version with {_described(response)}" for api, response in answers.items())
    message = f"{root} does not say which Airflow it is: it answered {summary}"
    refusal = next((r for r in answers.values() if r.status in {401, 403}), None)
    failure = next((r for r in answers.values() if r.status >= 500), None)
    redirect = next((r for r in answers.values() if 300 <= r.status < 400), None)
    if refusal is not None:
        advice = (
            "it does not take these credentials"
            if credentials.present
            else "give credentials, auth=(user, password) or a token"
        )
    elif failure is not None:
        advice = "it fails, or what stands before it; try again later, or say release= to go on without"
    elif redirect is not None:
        advice = (
            "a gateway with a sign-in of its own may stand before it: give what it takes, such as a token, "
            "or say release= to go on without asking; else check the URL and its path prefix"
        )
    else:
        advice = "give the URL of Airflow's web interface, path prefix included, without /home; or say release="
    response = refusal or failure or answers[_OLD]
    if response.status < 400:
        return UndocumentedResponse(f"{message}; {advice}", response=response)
    kind = api_error_class(response.status)
    return kind(f"{message}; {advice}", problem=Problem(response.status), response=response)


def _described(response: Response) -> str:
    to = masking.bare_url(response.headers.get("location", ""))
    if 300 <= response.status < 400 and to:
        return f"{response.status}, a redirect to {to}"
    what = "an HTML page" if "html" in response.content_type else response.content_type or "nothing"
    return f"{response.status} and {what}"


# --- which document ------------------------------------------------------------------------------


def choose_document(release: str, root: str, credentials: Credentials) -> Generator[Probe, Response, Chosen]:
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
        spec = yield from _own_document(release, root, credentials)
    except DynclientError as error:
        missing = str(error)
    else:
        return Chosen(spec, exact=True, why=f"{release} is not bundled, so the server's own is used")
    older = releases.nearest(plain)
    if older is None:
        raise SpecError(f"{root} is Airflow {release}, older than every document bundled, and {missing}; give spec=")
    why = f"{release} is not bundled and {missing}; the nearest older one is used"
    return Chosen(load.load(older), exact=False, why=f"{why} ({older}); spec= takes another")


def _own_document(release: str, root: str, credentials: Credentials) -> Generator[Probe, Response, Spec]:
    """The document that the server has of itself; where it says to be served does not count, but where it was got from.

    Raises:
        DynclientError: it has none that can be used, or gives it to nobody.
    """
    api = _api(release)
    url = root + _DOCUMENTS[api]
    response = yield Probe(url, _newest(api) if credentials.at_once else None)
    if credentials.present and not credentials.at_once and response.status in {401, 403}:
        response = yield Probe(url, _newest(api))
    document = _object(response) if response.status == 200 else None
    if document is None:
        raise SpecError(f"the server's own is not to be had ({_DOCUMENTS[api]} answered {_described(response)})")
    document.pop("servers", None)
    if api == _OLD:
        document["servers"] = [{"url": api}]
    return load.load_mapping(document, source=url, release=release)

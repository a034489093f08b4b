"""Play the conversation against a server and keep what came: the shape of every answer, never its contents.

    python tests/conversation/run.py http://127.0.0.1:8080 --release 3.3.2

Steps are data, ``steps-v1.json`` for 2.x and ``steps-v2.json`` for 3.x, one a line; all of them are played on every
release, in order, those that the release does not know too. A step has

- ``id``, and ``send``: method and target, below ``/api/v1`` or ``/api/v2`` unless ``root`` is true; ``{name}`` stands
  for what an earlier step saved (in bodies too), ``absent`` where nothing came;
- ``body`` (JSON) or ``text`` (as it is), ``headers`` (null takes away the ones that go without saying: Accept, and
  with a body Content-Type, both ``application/json``);
- ``as``: admin when not said; ``viewer``, ``wrong`` (a wrong password or token), ``nobody`` (no credentials);
- ``save``: names for values of the answer, by their path;
- ``wait``: ask again until this field is one of ``until``, two minutes at most;
- ``show``: fields whose values are kept as well (states, flags); ``total: false`` where counts depend on the moment;
  ``fields: false`` where the answer is as large as a document.

Of an answer these are kept, where they are there: ``status``, ``type`` (media type), ``fields`` (names at the top,
sorted), ``item`` (names in the first object of its list), ``count`` (length of that list), ``total``
(total_entries), ``detail`` (what kind of value an error's detail is), ``allow``, ``challenge`` (the scheme that a 401
names), ``show``.

The server knows the DAGs of ``tests/live/dags`` and no others, and two accounts, admin and viewer, each with its name
as password: ``python tests/live/server.py 3.3.2 --keep --no-examples`` is one.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import sys
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

HERE = Path(__file__).resolve().parent
WAIT_SECONDS = 120.0
PAUSE_SECONDS = 1.0
JSON = "application/json"
KINDS = {str: "text", list: "list", dict: "object", type(None): "null"}


class Answer(NamedTuple):
    """What came: status, headers with lower-case names, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def data(self) -> Any:
        """The body as JSON; None for everything else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Player:
    """Sends steps to one server, and remembers what they save."""

    def __init__(self, url: str, prefix: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.base = parts.hostname or "127.0.0.1", parts.port, parts.path.rstrip("/")
        self.prefix = prefix
        self.names: dict[str, str] = {}
        self.logins: dict[str, dict[str, str]] = {"nobody": {}}

    def play(self, step: Mapping[str, Any]) -> Answer:
        """Send the step, again and again where it waits."""
        deadline = time.monotonic() + WAIT_SECONDS
        answer = self.send(step)
        while "wait" in step and answer.status == 200 and time.monotonic() < deadline:
            if answer.data().get(step["wait"]) in step["until"]:
                break
            time.sleep(PAUSE_SECONDS)
            answer = self.send(step)
        for name, path in step.get("save", {}).items():
            value = at(answer.data(), path)
            self.names[name] = "absent" if value is None else str(value)
        return answer

    def send(self, step: Mapping[str, Any]) -> Answer:
        """Send the step once."""
        method, target = fill_target(step["send"], self.names).split(" ", 1)
        headers = {"Accept": JSON, **self.login(step.get("as", "admin"))}
        body = json.dumps(step["body"]) if "body" in step else step.get("text")
        if body is not None:
            body = fill(body, self.names)
            headers["Content-Type"] = JSON
        headers.update(step.get("headers", {}))
        return self.exchange(method, target if step.get("root") else self.prefix + target, headers, body)

    def exchange(self, method: str, target: str, headers: Mapping[str, str | None], body: str | None = None) -> Answer:
        """One request on a connection of its own; a connection that is cut is an answer with status 0."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=90)
        try:
            connection.putrequest(method, self.base + target, skip_accept_encoding=True)
            payload = None if body is None else body.encode()
            if payload is not None or method in {"POST", "PUT", "PATCH"}:
                connection.putheader("Content-Length", str(len(payload or b"")))
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(payload)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        except http.client.HTTPException:
            return Answer(0, {}, b"")
        finally:
            connection.close()

    def login(self, account: str) -> dict[str, str]:
        """The header that says who asks, got once."""
        if account not in self.logins:
            self.logins[account] = self.basic(account) if self.prefix == "/api/v1" else self.bearer(account)
        return self.logins[account]

    @staticmethod
    def basic(account: str) -> dict[str, str]:
        """Name and password, the same word; a wrong password is admin's."""
        pair = "admin:wrong" if account == "wrong" else f"{account}:{account}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def bearer(self, account: str) -> dict[str, str]:
        """A token that the server gives for name and password; a wrong one is no token at all."""
        if account == "wrong":
            return {"Authorization": "Bearer wrong"}
        body = json.dumps({"username": account, "password": account})
        answer = self.exchange("POST", "/auth/token", {"Content-Type": JSON, "Accept": JSON}, body)
        return {"Authorization": f"Bearer {answer.data()['access_token']}"}


def shape(step: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """What is kept of an answer."""
    row: dict[str, Any] = {"id": step["id"], "status": answer.status}
    if answer.media_type:
        row["type"] = answer.media_type
    if "allow" in answer.headers:
        row["allow"] = sorted(method.strip() for method in answer.headers["allow"].split(","))
    if "www-authenticate" in answer.headers:
        row["challenge"] = answer.headers["www-authenticate"].split()[0]
    data = answer.data()
    if step.get("fields") is False or not isinstance(data, (dict, list)):
        return row
    items = data
    if isinstance(data, dict):
        row["fields"] = sorted(data)
        row.update(values(step, answer.status, data))
        items = next((data[name] for name in sorted(data) if isinstance(data[name], list)), None)
    if isinstance(items, list):
        if step.get("total") is not False:
            row["count"] = len(items)
        if items and isinstance(items[0], dict):
            row["item"] = sorted(items[0])
    return row


def values(step: Mapping[str, Any], status: int, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The few values that are kept of an answer that is an object."""
    if step.get("total") is not False and isinstance(data.get("total_entries"), int):
        yield "total", data["total_entries"]
    if status >= 400 and "detail" in data:
        yield "detail", KINDS.get(type(data["detail"]), "other")
    if "show" in step:
        yield "show", {name: data.get(name) for name in step["show"]}


def at(data: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    for name in path.split("."):
        if isinstance(data, list) and name.isdigit() and int(name) < len(data):
            data = data[int(name)]
        elif isinstance(data, dict):
            data = data.get(name)
        else:
            return None
    return data


def fill(text: str, names: Mapping[str, str]) -> str:
    """The text with the saved values in place of their names."""
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text


def fill_target(text: str, names: Mapping[str, str]) -> str:
    """The same for a target, where the values are quoted."""
    return fill(text, {name: urllib.parse.quote(value, safe="") for name, value in names.items()})


def read_steps(release: str) -> list[dict[str, Any]]:
    """The steps of the release's generation; those of `steps-fab.json` for a server with the FAB login manager."""
    name = "fab" if release.endswith("+fab") else "v1" if release.startswith("2.") else "v2"
    return json.loads((HERE / f"steps-{name}.json").read_text(encoding="utf-8"))


def prefix_of(release: str) -> str:
    """Where the API of the release begins."""
    if release.endswith("+fab"):
        return "/auth/fab/v1"
    return "/api/v1" if release.startswith("2.") else "/api/v2"


def converse(url: str, release: str, observe: Callable[..., None] | None = None) -> Iterator[dict[str, Any]]:
    """Play every step in order; the shape of each answer. ``observe`` is given each step with its whole answer."""
    player = Player(url, prefix_of(release))
    for step in read_steps(release):
        answer = player.play(step)
        if observe is not None:
            observe(step, fill_target(step["send"], player.names), answer)
        yield shape(step, answer)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as a JSON list, one row a line."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def main() -> int:
    """Play, and write ``<release>.json`` beside this file or where ``--to`` says."""
    parser = argparse.ArgumentParser(description="Play the conversation against a server.")
    parser.add_argument("url", help="http://127.0.0.1:8080")
    parser.add_argument("--release", required=True, help="3.3.2, say")
    parser.add_argument("--to", type=Path, help="the file to write; when not given, <release>.json beside this one")
    options = parser.parse_args()
    rows = list(converse(options.url, options.release))
    write_rows(options.to or HERE / f"{options.release}.json", rows)
    sys.stdout.write(f"{len(rows)} steps, {len({row['status'] for row in rows})} kinds of status\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

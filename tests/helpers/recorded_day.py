"""Recorded days: cassettes made short enough for a repository, and a server on loopback that tells them again."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import defaultdict, deque
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from loopback import Exchange, Server, head

FOLDER = Path(__file__).parents[1] / "cassettes"
URL = "http://127.0.0.1:8080"  # what recorded servers are called
LINES_RECORDED = 20  # of the long log
_HOME = re.compile(r"/(?:[\w.+-]+/)+dynclient-live-\w+")
_LIBRARIES = re.compile(r"/(?:[\w.+-]+/)+venv/(?=lib|bin)")
_TEMPORARY = re.compile(r"/tmp/tmp\w{8}")  # of Python's tempfile


def shorten(path: Path, url: str) -> None:
    """Write a cassette with a line for each exchange: without headers that nobody reads, and names of the machine."""
    interactions = json.loads(path.read_text("utf-8"))["interactions"]
    for one in interactions:
        one["request"]["headers"] = _headers(one["request"], {"content-type"} if one["request"]["body"] else set())
        one["response"]["headers"] = _headers(one["response"], {"content-type", "location", "www-authenticate"})
        one["response"]["body"]["string"] = _compact(one["response"]["body"]["string"])
    text = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in interactions)
    for name in {socket.gethostname(), socket.getfqdn()} - {"localhost"}:
        text = re.sub(rf"\b{re.escape(name)}\b", "worker", text)
    text = _LIBRARIES.sub("/opt/venv/", _HOME.sub("/opt/airflow", text.replace(url, URL)))
    text = _TEMPORARY.sub("/tmp/tmpfile", text)
    path.write_text(f'{{"version": 1, "interactions": [\n{text}\n]}}\n', "utf-8")


def _headers(message: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {name: value for name, value in message["headers"].items() if name.lower() in wanted}


def _compact(body: str) -> str:
    """JSON without the white space that some servers send for readers; anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return body


class RecordedServer(Server):
    """Tells again what was recorded: to each method and URL its answers in their order, and the last one for ever."""

    def __init__(self, release: str) -> None:
        self.release = release
        self._answers: dict[Any, deque[bytes]] = defaultdict(deque)
        self._turn = threading.Lock()
        super().__init__(self._tell)

    def begin(self, scene: str) -> None:
        """Go on with the answers of a scene."""
        self._answers.clear()
        for one in json.loads((FOLDER / self.release / f"{scene}.json").read_text("utf-8"))["interactions"]:
            request, response = one["request"], one["response"]
            body = response["body"]["string"].replace(URL, self.url).encode()
            headers = [f"{name}: {value}" for name, values in response["headers"].items() for value in values]
            start = head(response["status"]["code"], f"Content-Length: {len(body)}", *headers)
            self._answers[_key(request["method"], request["uri"])].append(start + body)

    def _tell(self, exchange: Exchange) -> None:
        method, target, _ = exchange.seen.line.split(" ")
        with self._turn:
            left = self._answers.get(_key(method, target))
            told = None if left is None else left.popleft() if len(left) > 1 else left[0]
        if told is None:
            told = head(501, "Content-Type: text/plain", "Content-Length: 16") + b"was not recorded"
        exchange.send(told)


def _key(method: str, url: str) -> tuple[Any, ...]:
    """What answers are told by; the values of position tokens are masked in recordings."""
    parts = urlsplit(url)
    query = sorted((k, "" if k == "token" else v) for k, v in parse_qsl(parts.query, keep_blank_values=True))
    return method, unquote(parts.path), tuple(query)

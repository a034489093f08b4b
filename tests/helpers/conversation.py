"""The conversation of ``tests/conversation``, played against the fake of a release, without sockets."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from dynclient.http.messages import Headers, Request
from dynclient.testing import fake_airflow

CONVERSATION = Path(__file__).parents[1] / "conversation"
TESTING = Path(__file__).parents[1] / "testing"
ACCOUNTS = {"admin": "admin", "viewer": "viewer"}


def _module(path: Path) -> Any:
    specification = importlib.util.spec_from_file_location("conversation_run", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules["conversation_run"] = module
    specification.loader.exec_module(module)
    return module


run = _module(CONVERSATION / "run.py")


class InProcess(run.Player):
    """A player whose requests are given to the fake itself."""

    def __init__(self, fake, prefix):
        super().__init__("http://127.0.0.1", prefix)
        self.fake = fake

    def exchange(self, method, target, headers, body=None):
        """What the fake answers; HEAD has no body (RFC 9110 §9.3.2)."""
        fields = Headers([("Host", "127.0.0.1"), *((k, v) for k, v in headers.items() if v is not None)])
        request = Request(method, "http://127.0.0.1" + target, fields, None if body is None else body.encode())
        response = self.fake.respond(request)
        names = {name.lower(): value for name, value in response.headers.pairs()}
        return run.Answer(response.status, names, b"" if method == "HEAD" else response.body)


def fake_of(release):
    """The fake of a release as the live tests start the real one: the same DAGs, the same accounts."""
    dags = json.loads((TESTING / "conversation-dags.json").read_text(encoding="utf-8"))
    broken = [{"import_error_id": n, "filename": name} for n, name in enumerate(_broken(release), start=1)]
    base = "/api/v2" if release.startswith("3.") else ""
    accounts = {"auth": ("admin", "admin"), "viewer": ("viewer", "viewer")}
    return fake_airflow(release, dags=dags, seeds={f"{base}/importErrors": broken}, judge=False, **accounts)


def _broken(release):
    """Files that cannot be imported; 3.0 has the operator that asks people in its provider, but cannot run it."""
    return ["dynclient_broken.py", *(["dynclient_approval.py"] if release.startswith("3.0.") else [])]


def play(release):
    """(step, row of the real server, row of the fake) for every step."""
    real = json.loads((CONVERSATION / f"{release}.json").read_text(encoding="utf-8"))
    fake = fake_of(release)
    player = InProcess(fake, run.prefix_of(release))
    rows = []
    for step, wanted in zip(run.read_steps(release), real, strict=True):
        row = run.shape(step, player.play(step))
        rows.append((step, wanted, json.loads(json.dumps(row))))
    return rows, fake.failures

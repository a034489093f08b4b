"""A fake server, a stub transport, and filters for recordings: tests without an Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from ..contract.scrub import scrub as scrub
    from .airflow_rules import fake_airflow as fake_airflow
    from .fake_server import Fake as Fake, FakeServer as FakeServer
    from .stub import Stub as Stub, UnexpectedCall as UnexpectedCall

_MODULES = {
    "Fake": "fake_server",
    "FakeServer": "fake_server",
    "Stub": "stub",
    "UnexpectedCall": "stub",
    "fake_airflow": "airflow_rules",
    "scrub": ".contract.scrub",
}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - one table of names, held to the imports above by a test
__getattr__, __dir__ = lazy_names(__name__, _MODULES)

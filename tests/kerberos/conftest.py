"""Kerberos against a real KDC: collected only where GSSAPI is there (``tox -e kerberos``)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # loopback.py


@pytest.fixture(scope="module")
def realm(tmp_path_factory):
    """A running realm with the services airflow/localhost and HTTP/localhost, its environment set."""
    from kdc import Realm

    made = Realm(tmp_path_factory.mktemp("realm"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        made.start("airflow/localhost", "HTTP/localhost")
        yield made
        made.stop()

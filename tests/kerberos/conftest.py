"""Kerberos against a real KDC: collected only where GSSAPI is there (``tox -e kerberos``)."""

from __future__ import annotations

import pytest
from kdc import Realm


@pytest.fixture(scope="module")
def realm(tmp_path_factory):
    """A running realm with the services airflow/localhost and HTTP/localhost, its environment set."""
    running = Realm(tmp_path_factory.mktemp("realm"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        running.start("airflow/localhost", "HTTP/localhost")
        yield running
        running.stop()

"""Kerberos without its extra; with it, against a real KDC, see ``tests/kerberos``."""

from __future__ import annotations

import sys

import pytest

from dynclient import errors
from dynclient.deployment.kerberos import Kerberos


def test_without_its_extra_it_says_how_to_install_it(monkeypatch):
    """requests-gssapi needs the system's libraries, so it is an extra."""
    monkeypatch.setitem(sys.modules, "requests_gssapi", None)
    with pytest.raises(errors.ArgumentError, match=r"dynclient\[kerberos\]"):
        Kerberos()

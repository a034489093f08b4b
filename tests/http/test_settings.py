"""Timeouts, certificates and proxies, checked when a transport is made."""

from __future__ import annotations

import pytest
from loopback import CERTIFICATE, Server
from sending import KINDS, OK, get

from dynclient import errors
from dynclient.errors import (
    ArgumentError,
    Unreachable,
)
from dynclient.http.transport import Transport


@pytest.mark.parametrize("timeout", [0, -1, None, "5", float("inf"), float("nan"), (1,), (1, 2, 3), (1, None)])
def test_timeouts_are_always_set(timeout):
    """There is no waiting for ever."""
    with pytest.raises(ArgumentError, match="seconds above zero"):
        Transport(timeout=timeout)


def test_certificates(tmp_path, monkeypatch):
    """A certificate is checked against the bundle given, or the environment's, unless that is switched off."""
    pem = tmp_path / "both.pem"
    pem.write_text(CERTIFICATE)
    with Server(OK, certificate=str(pem)) as server:
        with Transport() as transport, pytest.raises(Unreachable, match="not trusted") as caught:
            transport.send(get(server.url))
        assert not caught.value.request_sent
        with Transport(verify=str(pem)) as transport:
            assert transport.send(get(server.url)).status == 200
            assert transport.send(get(server.url), ("u", "p")).status == 200
        with Transport(verify=str(tmp_path / "none.pem")) as transport, pytest.raises(ArgumentError, match="not there"):
            transport.send(get(server.url))
        with Transport(verify=False) as transport, pytest.warns(match="Unverified HTTPS"):
            assert transport.send(get(server.url)).status == 200
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        with Transport() as transport:
            assert transport.send(get(server.url)).status == 200


@KINDS
@pytest.mark.parametrize("verify", [None, "", 0, 1, b"x", []])
def test_only_false_switches_certificate_checks_off(kind, verify):
    """What is neither True, False nor a path is refused, whatever requests would make of it."""
    with pytest.raises(errors.ArgumentError, match="verify takes True"):
        kind(verify=verify)

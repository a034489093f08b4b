"""Which proxy a URL goes through."""

from __future__ import annotations

import pytest
from loopback import Server, answer, free_port
from sending import get

from dynclient.errors import (
    Unreachable,
)
from dynclient.http.proxies import proxy_for
from dynclient.http.transport import Transport


def test_proxies_of_the_environment_are_read_once(monkeypatch):
    """The environment is asked when an origin is first met, and not at all without trust_env."""
    with Server(answer(200, b"proxy")) as proxy, Server(answer(200, b"direct")) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        with Transport() as transport, Transport(trust_env=False) as deaf:
            assert transport.send(get(server.url + "/a%2Fb")).body == b"proxy"
            monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
            assert transport.send(get(server.url + "/a%2Fb")).body == b"proxy"
            assert transport.send(get(server.url), ("u", "p")).body == b"proxy"
            assert deaf.send(get(server.url)).body == b"direct"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with Transport() as transport:
            assert transport.send(get(server.url)).body == b"direct"
        assert proxy.seen[0].target == f"{server.url}/a%2Fb"


def test_given_proxies_go_first(monkeypatch):
    """``proxies=`` goes before the environment, and one that is not there says that it is the proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with Server(answer(200, b"proxy")) as proxy, Transport(proxies={"http": proxy.url}) as transport:
        assert transport.send(get("http://nowhere.invalid/")).body == b"proxy"
    proxies = {"http": f"http://127.0.0.1:{free_port()}"}
    with Transport(proxies=proxies, retries=0) as transport, pytest.raises(Unreachable, match="the proxy"):
        transport.send(get("http://nowhere.invalid/"))


ENVIRONMENT = {"http_proxy": "http://one:1", "HTTPS_PROXY": "two:2", "all_proxy": "socks5://three:3"}
PROXIES = [
    # (URL's scheme, host, port, given, environment, proxy)
    ("http", "h", None, {}, ENVIRONMENT, "http://one:1"),
    ("https", "h", None, {}, ENVIRONMENT, "http://two:2"),
    ("https", "h", None, {}, {"all_proxy": "socks5://three:3"}, "socks5://three:3"),
    ("http", "h", None, {"http": "http://mine"}, ENVIRONMENT, "http://mine"),
    ("http", "h", None, {"http": "http://mine", "http://h": "http://its"}, {}, "http://its"),
    ("http", "h", None, {"all": "http://mine"}, {}, "http://mine"),
    ("http", "h", None, {"https": "http://mine"}, {}, None),
    ("http", "h", None, {}, {}, None),
    ("http", "h", None, {}, {**ENVIRONMENT, "no_proxy": "h"}, None),
    ("http", "a.h", None, {}, {**ENVIRONMENT, "NO_PROXY": "x, .h"}, None),
    ("http", "ah", None, {}, {**ENVIRONMENT, "no_proxy": "h"}, "http://one:1"),
    ("http", "h", 80, {}, {**ENVIRONMENT, "no_proxy": "h:80"}, None),
    ("http", "h", 81, {}, {**ENVIRONMENT, "no_proxy": "h:80"}, "http://one:1"),
    ("http", "10.1.2.3", None, {}, {**ENVIRONMENT, "no_proxy": "10.0.0.0/8"}, None),
    ("http", "11.1.2.3", None, {}, {**ENVIRONMENT, "no_proxy": "10.0.0.0/8,nonsense/8"}, "http://one:1"),
    ("http", "[::1]", 80, {}, {**ENVIRONMENT, "no_proxy": "::1"}, None),
    ("http", "h", None, {}, {**ENVIRONMENT, "no_proxy": "*"}, None),
    ("http", "h", None, {"http": "http://mine"}, {"no_proxy": "h"}, "http://mine"),
    ("http", "h", None, {"no_proxy": "h"}, ENVIRONMENT, None),
    ("http", "h", None, {}, {"HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"}, None),
]


@pytest.mark.parametrize(("scheme", "host", "port", "explicit", "environment", "proxy"), PROXIES)
def test_which_proxy(monkeypatch, scheme, host, port, explicit, environment, proxy):
    """The narrowest one given, else the environment's, unless it excepts the host."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(scheme, host, port, explicit, trust_env=True) == proxy
    if not explicit:
        assert proxy_for(scheme, host, port, explicit, trust_env=False) is None

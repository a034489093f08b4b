"""Requests, and what sends them by a transport, blocking and awaited, with a session and without."""

from __future__ import annotations

import asyncio
import os

import pytest
from loopback import answer

from dynclient import aio
from dynclient.http.messages import Request
from dynclient.http.transport import Transport

OK = answer(200, b'{"a": 1}', "X-Extra: yes")


def get(url: str, **fields: object) -> Request:
    return Request("GET", url, **fields)


BIG = os.urandom(3 * 2**20)
YES = answer(200, b"yes")


def blocking(request, call=None, **settings):
    with Transport(**settings) as transport:
        return transport.send(request, **(call or {}))


def awaited(request, call=None, **settings):
    async def work():
        async with aio.Transport(**settings) as transport:
            return await transport.send(request, **(call or {}))

    return asyncio.run(work())


BOTH = pytest.mark.parametrize("send", [blocking, awaited])
KINDS = pytest.mark.parametrize("kind", [Transport, aio.Transport])

"""Servers that say a release, as Airflow 2 and 3 do, and what else they have."""

from __future__ import annotations

import json

from loopback import answer

PAGE = answer(200, b"<!doctype html><title>Airflow</title>", content_type="text/html; charset=utf-8")
GONE = answer(404, b'{"error": "/api/v1 has been removed in Airflow 3"}')
VERSION_3 = b'{"version": "3.3.2", "git_version": null}'


def json_reply(body, status=200, *fields):
    return answer(status, json.dumps(body).encode(), *fields)


def by_path(routes, otherwise=PAGE):
    """A server that answers by path; unknown ones with Airflow 3's page."""
    return lambda exchange: routes.get(exchange.seen.target.partition("?")[0], otherwise)(exchange)


def airflow(release, prefix="", **more):
    """The routes of a server that says this release, and what else it has."""
    version = json_reply({"version": release, "git_version": None})
    if release.startswith("2"):
        return by_path({f"{prefix}/api/v1/version": version, **more}, answer(404, b"<p>", content_type="text/html"))
    return by_path({f"{prefix}/api/v2/version": version, f"{prefix}/api/v1/version": GONE, **more})

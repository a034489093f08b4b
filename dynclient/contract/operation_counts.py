"""How often each operation was called, by recordings or by what a test run has written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from . import recordings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from ..openapi.spec import Spec

__all__ = ["count_operations"]


def count_operations(paths: Iterable[str | os.PathLike[str]], spec: Spec) -> dict[str, int]:
    """Operation id -> how often it was called.

    Args:
        paths: cassettes, HAR files, folders of them, and what ``--dynclient-record-operations`` wrote.
        spec: the document that the traffic belongs to.

    Raises:
        ArgumentError: a file is none of these.
    """
    counts: dict[str, int] = {}
    for path in recordings.find(paths):
        pairs = _test_run(path, spec)
        if pairs is None:
            recording = recordings.read(path)
            if recording.unread and not recording.exchanges:
                raise ArgumentError(str(recording.unread[0]))
            matches = (spec.match(one.request.method, one.request.url) for one in recording.exchanges)
            pairs = [(match.operation.id, 1) for match in matches if match is not None]
        for id_, times in pairs:
            counts[id_] = counts.get(id_, 0) + times
    return counts


def _test_run(path: str, spec: Spec) -> list[tuple[str, int]] | None:
    """The counts in ``{"operations": {release: {id: times}}}``: of the spec's release, else of all.

    None where the file is none of these.
    """
    try:
        with Path(path).open("rb") as file:
            start = file.read(64)
            if b'"operations"' not in start:
                return None
            by_release = json.loads(start + file.read())["operations"]
        counts = [by_release[spec.release]] if spec.release in by_release else list(by_release.values())
        return [(str(id_), int(times)) for part in counts for id_, times in part.items()]
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None

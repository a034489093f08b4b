"""What a new release in a bundle asks for beside its document: corrections, names and words; done or reported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import Version

from . import overlays, releases
from .correction_state import CHANGED, GONE, PUT_RIGHT, STILL_THERE, correction_state, extended_range, extended_text
from .document_names import missing_names, named_operations, names_without_words, new_states

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ReleaseReport", "report"]


class ReleaseReport(NamedTuple):
    """What was done for a release, and what is left to do by hand.

    Attributes:
        extended: titles of the corrections whose range ended before the release and whose fault is still in it; the
            range was extended to the release.
        put_right: titles of those whose fault is gone.
        changed: titles of those whose place in the document changed in another manner, or is gone.
        names: the names of ``names.json`` that the document does not have, with the likeliest new ones.
        states: states of runs and tasks that ``names.json`` does not list.
        words: names of operations, parameters and body fields without a line in ``words.json``.
        login: whether a login document is missing that the release before has.
    """

    extended: tuple[str, ...] = ()
    put_right: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    login: bool = False

    def lines(self) -> Iterator[str]:
        """A line for each thing that was done or is to be done."""
        yield from (f"correction extended, its fault is still there: {title}" for title in self.extended)
        yield from (f"correction not extended, put right upstream: {title}" for title in self.put_right)
        yield from (f"correction to look at, its place has changed or is gone: {title}" for title in self.changed)
        yield from (f"names.json, {line}" for line in self.names)
        yield from (f"names.json, states, a new one of a {line}" for line in self.states)
        yield from (f"words.json lacks a line, {line}" for line in self.words)
        if self.login:
            yield "no login document, and the release before has one; give it with --login"


def report(folder: Path, release: str, *, is_new: bool = True) -> ReleaseReport:
    """Extend the corrections of a bundle to a release that was just put into it, and report what else it asks for.

    Args:
        folder: the bundle; a file that it does not have asks for nothing.
        release: a release of its index.
        is_new: whether it was just put there; the corrections of one that was there before stay as they are.
    """
    entries = _read(folder / "index.json")["releases"]
    older = [name for name in entries if Version(name) < Version(release)]
    if not older:
        return ReleaseReport()
    before = max(older, key=Version)
    new, old = (_read(folder / f"{entries[name]['contract']}.json") for name in (release, before))
    states = _extend_corrections(folder / "corrections.json", release, before, old, new) if is_new else {}
    login = entries[release].get("login")
    documents = [_corrected(folder, new, release)] + ([_read(folder / f"{login}.json")] if login else [])
    operations = named_operations(documents[0])
    names = _read(folder / "names.json")
    words = _read(folder / "words.json")
    missing = missing_names(names, release, operations, named_operations(old)) if names else ()
    tables = [named_operations(document) for document in documents if words]
    return ReleaseReport(
        extended=tuple(states.get(STILL_THERE, ())),
        put_right=tuple(states.get(PUT_RIGHT, ())),
        changed=(*states.get(CHANGED, ()), *states.get(GONE, ())),
        names=tuple(str(name) for name in missing),
        states=tuple(new_states(names, release, operations, documents[0])) if names else (),
        words=tuple(sorted({line for one in tables for line in names_without_words(words, one)})),
        login=login is None and "login" in entries[before],
    )


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return data


def _corrected(folder: Path, document: dict[str, Any], release: str) -> dict[str, Any]:
    for correction in _read(folder / "corrections.json").get("corrections", ()):
        if releases.is_within(release, correction["x-releases"]):
            document = overlays.apply_overlay(document, correction)
    return document


def _extend_corrections(
    path: Path, release: str, before: str, old: dict[str, Any], new: dict[str, Any]
) -> dict[str, list[str]]:
    """Extend those that end with the release before and whose fault is there; titles of all that end, by state."""
    titles: dict[str, list[str]] = {}
    ranges: dict[int, str | list[str]] = {}
    for index, correction in enumerate(_read(path).get("corrections", ())):
        holds, title = releases.is_within(release, correction["x-releases"]), correction["info"]["title"]
        if releases.is_within(before, correction["x-releases"]):
            state = correction_state(old, new, correction)
            old = overlays.apply_overlay(old, correction)
            if not holds:
                titles.setdefault(state, []).append(title)
                if state == STILL_THERE:
                    holds, ranges[index] = True, extended_range(correction["x-releases"], release)
        if holds:
            new = overlays.apply_overlay(new, correction)
    if ranges:
        text = extended_text(path.read_text("utf-8"), ranges)
        path.write_text(text, encoding="utf-8", newline="\n")
    return titles

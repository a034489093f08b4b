"""What a bundle holds: official documents without their prose, written so that a diff can be read.

A contract is the document as it came, complete and in its order, less the words about it. Words are
found by their position: a property that is called ``title`` is part of the contract and stays. Where
OpenAPI demands words, short ones of our own stand.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from ..errors import SpecError
from . import dialect, parse
from .positions import HOLDS, LIST, MAP

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

__all__ = ["contract", "digest", "put", "to_text"]

_PROSE = frozenset({"description", "summary", "externalDocs", "example", "examples"})
_SCHEMA_PROSE = _PROSE | {"title", "$comment"}


def contract(document: Mapping[str, Any], *, title: str = "API") -> dict[str, Any]:
    """A document without prose: descriptions, summaries, titles, examples, links to documentation, contacts.

    Args:
        document: an OpenAPI document; it is not changed.
        title: stands for ``info.title``, which OpenAPI demands.

    Raises:
        SpecError: it is no OpenAPI document, or nested without end.
    """
    dialect.check(document)
    try:
        bare = _bare_object(document, "document", "")
    except RecursionError:
        raise SpecError("nested too deep to be read", pointer="#") from None
    bare["info"] = {"title": title, "version": str(document.get("info", {}).get("version", ""))}
    return bare


def _bare(value: object, kind: str, name: str = "") -> object:
    if kind == "schema":
        return _bare_schema(value)
    return _bare_object(value, kind, name) if isinstance(value, dict) else value


def _bare_object(value: Mapping[str, object], kind: str, name: str) -> dict[str, Any]:
    if kind == "callback":
        return {expression: _bare(item, "path") for expression, item in value.items()}
    holds = HOLDS.get(kind, {})
    bare: dict[str, Any] = {}
    for key, child in value.items():
        if key in holds:
            shape, of = holds[key]
            bare[key] = _children(child, shape, of)
        elif key == "scopes" and kind == "flow":
            bare[key] = dict.fromkeys(child, "") if isinstance(child, dict) else child
        elif key not in _PROSE:
            bare[key] = child
    if kind == "response" and "$ref" not in bare:
        bare = {"description": _words(name), **bare}
    return bare


def _children(value: object, shape: str, kind: str) -> object:
    if shape == MAP and isinstance(value, dict):
        return {name: _bare(child, kind, name) for name, child in value.items()}
    if shape == LIST and isinstance(value, list):
        return [_bare(child, kind) for child in value]
    return _bare(value, kind)


def _bare_schema(schema: object) -> object:
    if not isinstance(schema, dict):
        return schema
    bare = {name: value for name, value in schema.items() if name not in _SCHEMA_PROSE}
    for steps, child in dialect.subschemas(bare):
        if len(steps) == 1:
            bare[steps[0]] = _bare_schema(child)
            continue
        holder, key = steps
        if bare[holder] is schema[holder]:
            bare[holder] = schema[holder].copy()
        bare[holder][int(key) if isinstance(bare[holder], list) else key] = _bare_schema(child)
    return bare


_STATUS_WORDS = {
    "200": "Success",
    "201": "Created",
    "202": "Accepted",
    "204": "Done, nothing to return",
    "307": "To be found elsewhere",
    "400": "The request is malformed",
    "401": "No valid credentials",
    "403": "Not permitted",
    "404": "Not found",
    "405": "The path has no such method",
    "406": "No such representation",
    "409": "In conflict with what is there",
    "415": "The body is in no media type that is read here",
    "422": "A value is not acceptable",
    "503": "Not available for now",
    "default": "Any other answer",
}


def _words(name: str) -> str:
    """What stands for a response's description: by its status, or by the name it has among the components."""
    if name in _STATUS_WORDS:
        return _STATUS_WORDS[name]
    if name[:1].isdigit():
        return f"Status {name}"
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words.capitalize() or "An answer"


def digest(contract: Mapping[str, object]) -> str:
    """The SHA-256 of a contract; the order of keys and ``info`` do not count."""
    content = {key: value for key, value in contract.items() if key != "info"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# Members that are written out further, a line for each of what they hold; all else takes one line.
_UNFOLDED = {"": 1, "paths": 2, "webhooks": 2, "components": 2, "releases": 1, "contracts": 1, "logins": 1}


def to_text(data: Mapping[str, object]) -> str:
    """JSON with one line for each operation and each component, the same for the same data."""
    return "\n".join(_lines(data, _UNFOLDED[""], "")) + "\n"


def _lines(data: Mapping[str, object], depth: int, indent: str) -> Iterator[str]:
    yield "{"
    for place, (key, value) in enumerate(data.items()):
        comma = "," if place < len(data) - 1 else ""
        deeper = _UNFOLDED.get(key, 0) if not indent else depth - 1
        if deeper and isinstance(value, dict) and value:
            first, *rest = _lines(value, deeper, indent + " ")
            yield f"{indent} {_text(key)}: {first}"
            yield from rest[:-1]
            yield f"{indent} }}{comma}"
        else:
            yield f"{indent} {_text(key)}: {_text(value)}{comma}"
    yield f"{indent}}}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- a bundle's folder ------------------------------------------------------------------------------


def put(
    folder: str | os.PathLike[str],
    release: str,
    document: Mapping[str, object],
    login: Mapping[str, object] | None,
    title: str,
) -> tuple[str, str | None, tuple[str, ...]]:
    """Put a release into a bundle's folder: the names of its contract and login document, and the files written.

    Raises:
        SpecError: the release is there with another contract.
    """
    target = Path(folder)
    index = _read_index(target / "index.json")
    files: dict[str, dict[str, object]] = {}
    bare = contract(document, title=f"{title} REST API")
    entry = {"contract": _place(index["contracts"], release, bare, files), "version": bare["info"]["version"]}
    if login is not None:
        bare_login = contract(login, title=f"{title} login")
        entry["login"] = _place(index["logins"], f"login-{release}", bare_login, files)
    existing = index["releases"].get(release, {})
    for part, name in existing.items():
        if entry.setdefault(part, name) != name:
            raise SpecError(f"release {release} is in {target} with another {part}; take it out of index.json first")
    if existing != entry:
        index["releases"][release] = entry
        files["index"] = {part: dict(sorted(entries.items(), key=_by_version)) for part, entries in index.items()}
        target.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (target / f"{name}.json").write_text(to_text(data), encoding="utf-8", newline="\n")
    return entry["contract"], entry.get("login"), tuple(f"{name}.json" for name in files)


def _place(digests: dict[str, str], name: str, bare: dict[str, object], files: dict[str, dict[str, object]]) -> str:
    """The name under which a contract is kept: that of its first release."""
    own_digest = digest(bare)
    for other_name, other in digests.items():
        if other == own_digest:
            return other_name
    if name in digests:
        raise SpecError(f"{name} is in the bundle with another contract; take it out of index.json first")
    digests[name] = own_digest
    files[name] = bare
    return name


def _read_index(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"releases": {}, "contracts": {}, "logins": {}}
    return parse.parse(path.read_bytes(), name=str(path))


def _by_version(entry: tuple[str, object]) -> Version:
    return Version(entry[0].removeprefix("login-"))

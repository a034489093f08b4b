"""Media types: what kind of data they announce, and which documented one an answer falls under (RFC 9110, RFC 6839)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "is_event_stream",
    "is_json",
    "is_json_sequence",
    "is_ndjson",
    "is_sequence",
    "is_text",
    "match_media",
    "media_type",
]


_NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})


_YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def media_type(value: str | None) -> str:
    """A content type without its parameters, in lower case; empty when absent."""
    return value.partition(";")[0].strip().lower() if value else ""


def is_json(media: str) -> bool:
    """Whether it is one JSON text: ``application/json``, ``text/json``, any ``+json``."""
    media = media_type(media)
    return media in {"application/json", "text/json"} or media.endswith("+json")


def is_ndjson(media: str) -> bool:
    """Whether it is a JSON text per line."""
    return media_type(media) in _NDJSON


def is_json_sequence(media: str) -> bool:
    """Whether it is JSON texts, each after a record separator (RFC 7464, RFC 8091)."""
    media = media_type(media)
    return media == "application/json-seq" or media.endswith("+json-seq")


def is_event_stream(media: str) -> bool:
    """Whether it is server-sent events (WHATWG HTML §9.2)."""
    return media_type(media) == "text/event-stream"


def is_sequence(media: str) -> bool:
    """Whether it is read item by item: NDJSON, JSON sequences, events (OpenAPI 3.2 §4.14.2)."""
    return is_ndjson(media) or is_json_sequence(media) or is_event_stream(media)


def is_text(media: str) -> bool:
    """Whether it is text that is not JSON: ``text/*``, YAML, XML; ``plain/text`` for those who write it so."""
    media = media_type(media)
    if is_json(media) or is_sequence(media):
        return False
    return (
        media.startswith("text/")
        or media in _YAML
        or media in {"plain/text", "application/xml"}
        or media.endswith(("+xml", "+yaml"))
    )


def _family(media: str) -> str:
    """Media types that are read in the same way have the same family."""
    if is_json(media):
        return "json"
    if media in _NDJSON:
        return "ndjson"
    if is_json_sequence(media):
        return "sequence"
    if media in _YAML or media.endswith("+yaml"):
        return "yaml"
    if media in {"text/plain", "plain/text"}:
        return "text"
    return media


_PLAIN = frozenset({"charset", ""})  # they say nothing of what the data is


def _parameters(value: str | None) -> frozenset[str]:
    """The parameters of a content type, but for the charset; names in lower case."""
    parts = [part.strip().partition("=") for part in (value or "").split(";")[1:]]
    return frozenset(f"{name.lower()}={text.strip(chr(34))}" for name, _, text in parts if name.lower() not in _PLAIN)


def match_media(content_type: str | None, documented: Iterable[str]) -> str | None:
    """The documented media type, as spelt there, that a content type falls under.

    The same one with the same parameters first, then the same one, then one that is read in the same way
    (``application/problem+json`` is JSON), then ``type/*``, then ``*/*``; None when none of the documented ones fits.
    """
    media = media_type(content_type)
    names = [(media_type(name), name) for name in documented]
    family, wide = _family(media), media.partition("/")[0] + "/*"
    parameters = _parameters(content_type)
    for rank in (
        [spelt for name, spelt in names if name == media and parameters and _parameters(spelt) == parameters],
        [spelt for name, spelt in names if name == media],
        [spelt for name, spelt in names if media and _family(name) == family],
        [spelt for name, spelt in names if media and name == wide],
        [spelt for name, spelt in names if name == "*/*"],
    ):
        if rank:
            return rank[0]
    return None

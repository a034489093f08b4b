"""What is no JSON Schema in a document, each with its pointer; what is listed is left out when schemas are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import dialect, keywords, pointers, positions
from ..errors import Fault
from .discriminators import mapping_targets
from .validator import is_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["schema_faults"]


def schema_faults(document: Mapping[str, object]) -> Iterator[Fault]:
    """Every keyword that says nothing, pattern that cannot be read and discriminator value that leads nowhere."""
    version = dialect.version(document)
    for schema, pointer in positions.schemas(document):
        if not isinstance(schema, dict):
            if not isinstance(schema, bool):
                yield Fault(pointer, "an object is wanted as a schema; it is left out")
            continue
        for steps, message in keywords.faults(schema, version):
            yield Fault(pointers.join(pointer, *steps), message)
        words = keywords.sound(schema, version)
        if "pattern" in words and not is_readable(words["pattern"]):
            yield Fault(pointers.join(pointer, "pattern"), "this is no ECMA-262 regular expression; it is left out")
        if "discriminator" in words:
            yield from _mapping_faults(document, words["discriminator"], pointers.join(pointer, "discriminator"))


def _mapping_faults(document: Mapping[str, object], rule: Mapping[str, object], pointer: str) -> Iterator[Fault]:
    for value, target in mapping_targets(rule).items():
        if not pointers.is_there(document, target):
            place = pointers.join(pointer, "mapping", value)
            yield Fault(place, "the mapping leads nowhere; objects with this value are not checked")

"""What was expected and what came instead, in words: of a value its JSON type, of options and fields the first ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import near_names

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["json_word", "no_such", "one_of", "type_words"]


def one_of(options: Sequence[object]) -> str:
    """``one of 'a', 'b' …``, the first dozen of a document's own values."""
    text = ", ".join(map(json_word, options[:12]))
    return f"one of {text}" + (f" … ({len(options)} in all)" if len(options) > 12 else "")


def json_word(value: object) -> str:
    """A value of a document as its JSON has it; texts as Python writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else repr(value)


def no_such(name: str, names: Sequence[str]) -> str:
    """What is wrong with a field that the document does not have."""
    near = near_names(name, names)
    if near:
        return f"not a known field; did you mean {' or '.join(near)}?"
    return f"not a known field; known are {', '.join(names[:20])}" if names else "no field is allowed here"


def type_words(value: object) -> str:
    """The JSON type of a Python value, in words; for other values, the Python type's name."""
    if value is None:
        return "null"
    for kind, words in ((bool, "a boolean"), (str, "a string"), (int, "an integer"), (float, "a number")):
        if isinstance(value, kind):
            return words
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"

"""Arguments of a call, made up from a seed so that ``.request()`` takes them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from ..errors import ArgumentError, SpecError
from ..openapi.body_encoder import means_the_same
from ..schema import examples

if TYPE_CHECKING:
    from .call import BaseCall

__all__ = ["example_arguments"]

_TRIES = 20


def example_arguments(call: BaseCall, seed: int, *, minimal: bool) -> dict[str, object]:
    """Arguments that the document accepts; those of the last try where it accepts none.

    What is valid by its schema may still have no form in a URL or in a form, so each try is built as a request; the
    later half of the tries has only what is required.

    Args:
        call: the operation's callable.
        seed: the same seed makes the same arguments.
        minimal: only what is required; else a choice of the rest too.

    Raises:
        SpecError: nothing keeps to the schema of something that is required.
    """
    arguments: dict[str, object] = {}
    for turn in range(_TRIES):
        rng = Random(seed if turn == 0 else f"{seed} {turn}")  # noqa: S311 - an example is no secret
        arguments = _arguments(call, rng, minimal=minimal or turn >= _TRIES // 2)
        try:
            call.build((), arguments)
        except ArgumentError:
            continue
        break
    return arguments


def _arguments(call: BaseCall, rng: Random, *, minimal: bool) -> dict[str, object]:
    arguments: dict[str, object] = {}
    for parameter in call.operation.parameters:
        required = parameter.required and not parameter.constant
        if not required and (minimal or rng.random() < 0.5):
            continue
        try:
            value = examples.argument(parameter.schema, rng, is_parameter=True, minimal=minimal)
        except SpecError:
            if required:
                raise
            continue
        arguments[parameter.keyword] = value
    return arguments | _body_arguments(call, arguments, rng, minimal=minimal)


def _body_arguments(call: BaseCall, arguments: dict[str, object], rng: Random, *, minimal: bool) -> dict[str, object]:
    """The body as keywords where each field has one, else whole."""
    body, media = call.operation.request_body, call.encoder.media
    if body is None or media is None or (not body.required and (minimal or rng.random() < 0.5)):
        return {}
    items = media.of_items
    if media.schema is None and items is not None:
        return {call.encoder.body_keyword: [examples.argument(items, rng, is_parameter=False, minimal=minimal)]}
    if media.schema is None:
        return {call.encoder.body_keyword: examples.argument(None, rng, is_parameter=False, minimal=minimal)}
    try:
        value = examples.sample(media.schema, rng, direction="request", minimal=True if minimal else None)
    except SpecError:
        if body.required:
            raise
        return {}
    keywords = {field.name: field.keyword for field in call.encoder.fields}
    in_path = {
        parameter.name: arguments[parameter.keyword]
        for parameter in call.operation.parameters
        if parameter.location == "path" and parameter.keyword in arguments and means_the_same(parameter, media.schema)
    }
    if keywords and isinstance(value, dict) and value.keys() <= {*keywords, *in_path}:
        return {keywords[name]: item for name, item in value.items() if name in keywords}
    if isinstance(value, dict):
        value = {name: in_path.get(name, item) for name, item in value.items()}
    return {call.encoder.body_keyword: value}

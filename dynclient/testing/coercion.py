"""Values that pydantic takes for others: what a FastAPI server lets pass though its document does not.

"4" is a number, "yes" is true, a number is a moment (seconds since 1970).
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import Violation
    from ..openapi.request_decoder import DecodedRequest

__all__ = ["coerced"]

_NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.0*)?\s*")
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "t": True, "y": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False, "f": False, "n": False}


def coerced(decoded: DecodedRequest) -> DecodedRequest:
    """The request with what can be read as the type that is wanted read so, and these violations gone."""
    rest: list[Violation] = []
    body = decoded.body
    for violation in decoded.violations:
        value = _coerced(violation) if violation.location == "body" and violation.path else None
        if value is None:
            rest.append(violation)
            continue
        body = copy.deepcopy(body) if body is decoded.body else body
        parent = body
        for part in violation.path[:-1]:
            parent = parent[part]
        parent[violation.path[-1]] = value
    return decoded._replace(body=body, violations=tuple(rest))


def _coerced(violation: Violation) -> object:
    """The value as the wanted type; None where it cannot be."""
    value, types = violation.value, violation.expected
    if "integer" in types or "number" in types:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return int(float(value))
    if "boolean" in types and isinstance(value, str):
        return _WORDS.get(value.lower())
    is_date = "string" in types and str(violation.path[-1]).endswith("_date")
    if is_date and isinstance(value, (int, float)) and not isinstance(value, bool):
        return dt.datetime.fromtimestamp(value, dt.timezone.utc).isoformat()
    return None

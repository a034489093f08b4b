"""Items of an answer as a pandas DataFrame that can be written to Parquet.

Imported in functions: ``pandas``, an extra.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .schema import Schema

__all__ = ["frame"]

_DTYPES = {"boolean": "boolean", "integer": "Int64", "number": "Float64", "string": "string"}
_TIMES = frozenset({"date-time", "datetime"})


def frame(items: Iterable[Mapping[str, object]]) -> object:
    """A pandas DataFrame: times aware in UTC, numbers and booleans that may be missing, nested values as JSON text.

    ``dynclient.frame(af.get_dags.iter())``. The dtypes go by the schema of the first model, so that a column of
    nothing but null has the type that it would have with values.

    Args:
        items: models or other JSON objects.

    Raises:
        ArgumentError: pandas is not installed (extra ``pandas``).
    """
    try:
        import pandas as pd
    except ImportError:
        raise ArgumentError("a frame needs pandas: pip install 'dynclient[pandas]'") from None

    rows = list(items)
    schema: Schema | None = next((row._schema_ for row in rows if hasattr(row, "_schema_")), None)
    names = list(
        dict.fromkeys([*(schema.fields if schema is not None else ()), *(name for row in rows for name in row)])
    )
    columns: dict[str, object] = {}
    for name in names:
        values = [_flat(row.get(name)) for row in rows]
        field = schema.fields.get(name) if schema is not None else None
        if field is not None and field.format in _TIMES:
            columns[name] = pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
        else:
            columns[name] = pd.Series(values, dtype=_dtype(field, values))
    return pd.DataFrame(columns)


def _flat(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (Mapping, list)) else value


def _dtype(field: Schema | None, values: list[object]) -> str:
    """The extension dtype of a field; by its values where the document says nothing or several things."""
    kinds = {kind for kind in (field.described_types if field is not None else ()) if kind != "null"}
    if len(kinds) == 1:
        return _DTYPES.get(kinds.pop(), "string")
    types = {type(value) for value in values if value is not None}
    by_value = {frozenset({bool}): "boolean", frozenset({int}): "Int64", frozenset({int, float}): "Float64"}
    by_value |= {frozenset({float}): "Float64", frozenset({str}): "string"}
    return by_value.get(frozenset(types), "string" if not types else "object")

"""Which items a query of Airflow selects: by parameter, where its name is not that of a field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .airflow_runs import moment
from .airflow_world import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .fake_state import Item

__all__ = ["FILTERS", "filters", "like"]


def like(text: object, pattern: str) -> bool:
    """SQL's LIKE, anywhere in the text; ``~`` stands for everything."""
    if pattern == "~":
        return True
    parts = [re.escape(part).replace("_", ".") for part in pattern.split("%")]
    return re.search(".*".join(parts), str(text or ""), re.IGNORECASE) is not None


def _pattern(field: str) -> Callable[[Item, Any], bool]:
    return lambda item, value: like(item.get(field), value)


def _prefix(field: str) -> Callable[[Item, Any], bool]:
    return lambda item, value: str(item.get(field) or "").startswith(value)


def _equal(field: str) -> Callable[[Item, object], bool]:
    return lambda item, value: item.get(field) in (value if isinstance(value, list) else [value])


def _names(field: str) -> Callable[[Item, object], bool]:
    """Any of these names is among those of a list of objects or texts."""

    def keep(item: Item, value: Any) -> bool:
        own = {one.get("name") if isinstance(one, dict) else one for one in item.get(field) or ()}
        names = {name for one in ([value] if isinstance(value, str) else value) for name in [one]}
        return bool(own & names)

    return keep


def _states(item: Item, value: Any) -> bool:
    states = [value] if isinstance(value, str) else value
    return str(item.get("state") or "none") in states or item.get("state") in states


def _before(item: Item, value: str) -> bool:
    return moment(item["when"]) < moment(value)


def _after(item: Item, value: str) -> bool:
    return moment(item["when"]) > moment(value)


def _conf(item: Item, value: str) -> bool:
    return value in str(item.get("conf") or {})


def _anything(_: Mapping[str, object], __: Any) -> bool:
    return True


def with_commas(keep: Callable[[Item, object], bool]) -> Callable[[Item, object], bool]:
    """A filter whose values may be cut by commas, as on 2.x."""

    def keep_any(item: Item, value: Any) -> bool:
        parts = [value] if isinstance(value, str) else value
        return keep(item, [name for part in parts for name in str(part).split(",")])

    return keep_any


#: parameter -> does it keep this item; others are names of fields, or bounds
FILTERS: dict[str, Callable[[Item, Any], bool]] = {
    "dag_id_pattern": _pattern("dag_id"),
    "dag_id_prefix_pattern": _prefix("dag_id"),
    "dag_display_name_pattern": _pattern("dag_display_name"),
    "dag_display_name_prefix_pattern": _prefix("dag_display_name"),
    "pool_name_pattern": _pattern("name"),
    "pool_name_prefix_pattern": _prefix("name"),
    "variable_key_pattern": _pattern("key"),
    "variable_key_prefix_pattern": _prefix("key"),
    "connection_id_pattern": _pattern("connection_id"),
    "connection_id_prefix_pattern": _prefix("connection_id"),
    "run_id_pattern": _pattern("dag_run_id"),
    "run_id_prefix_pattern": _prefix("dag_run_id"),
    "uri_pattern": _pattern("uri"),
    "name_pattern": _pattern("name"),
    "xcom_key_pattern": _pattern("key"),
    "xcom_key": _equal("key"),
    "filename_pattern": _pattern("filename"),
    "task_display_name_pattern": _pattern("task_display_name"),
    "triggering_user_name_pattern": _pattern("triggering_user_name"),
    "subject_search": _pattern("subject"),
    "paused": _equal("is_paused"),
    "tags": _names("tags"),
    "owners": _names("owners"),
    "state": _states,
    "states": _states,
    "conf_contains": _conf,
    "before": _before,
    "after": _after,
    "included_events": _equal("event"),
    "excluded_events": lambda item, argument: item.get("event") not in argument,
    "only_active": _anything,
    "exclude_stale": _anything,
    "tags_match_mode": _anything,
    "fields": _anything,
    "has_asset_schedule": lambda item, argument: bool(item.get("_assets")) is argument,
    "asset_dependency": lambda item, argument: any(argument in uri for uri in item.get("_assets") or ()),
    "timetable_type": lambda item, argument: item.get("_timetable") in argument,
    "is_favorite": lambda item, argument: bool(item.get("_favorite")) is argument,
    "version_number": _anything,
    "dag_version": _anything,
}


def _bound(field: str, mark: str) -> Callable[[Item, Any], bool]:
    """A bound of a date on 3.x, where a date that is not there yet counts as now."""

    def keep(item: Item, argument: str) -> bool:
        value, bound = moment(item.get(field) or now()), moment(argument)
        return {"gte": value >= bound, "gt": value > bound, "lte": value <= bound, "lt": value < bound}[mark]

    return keep


_BOUNDS = {
    f"{field}_{mark}": _bound(field, mark)
    for field in ("start_date", "end_date")
    for mark in ("gte", "gt", "lte", "lt")
}


def filters(*, is_new: bool) -> dict[str, Callable[[Item, Any], bool]]:
    """Those of a generation."""
    if is_new:
        return {**FILTERS, **_BOUNDS}
    return {**FILTERS, **{name: with_commas(FILTERS[name]) for name in ("tags", "state", "states")}}

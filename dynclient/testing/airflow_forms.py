"""What Airflow's servers ask of bodies and queries beyond their documents, as data, and the function that looks.

Each line was seen on servers of sixteen releases (``tests/conversation``). Documents of 2.x leave bodies open; servers
refuse every field that they do not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..openapi.request_decoder import NO_BODY
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .airflow_world import World
    from .fake_server import RuleContext

__all__ = ["FORMS", "Form", "check_body", "check_order", "check_query", "crashed", "partial", "value_errors"]

_ALWAYS = "2.0.0"


class Form(NamedTuple):
    """A body as servers of 2.x take it.

    Attributes:
        required: fields that must be there.
        fields: the other fields, each with the first release that takes it.
        masked: whether ``update_mask`` takes away what is required.
        nullable: fields that may be null.
    """

    required: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}
    masked: bool = False
    nullable: tuple[str, ...] = ()


def _from_start(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, _ALWAYS)


_POOL = {"description": "2.3.0", "include_deferred": "2.7.0"}
_CONNECTION = {**_from_start("host", "login", "schema", "port", "password", "extra"), "description": "2.2.0"}
_USER = _from_start("password", "roles")
_RUN_DATES = {
    f"{name}_{bound}": _ALWAYS for name in ("execution_date", "start_date", "end_date") for bound in ("gte", "lte")
}
_INCLUDES = ("include_upstream", "include_downstream", "include_future", "include_past")

FORMS: dict[str, Form] = {
    "post_pool": Form(("name", "slots"), _POOL),
    "patch_pool": Form(("name", "slots"), _POOL, masked=True),
    "post_variables": Form(("key", "value"), {"description": "2.4.0"}),
    "patch_variable": Form(("key", "value"), {"description": "2.4.0"}),
    "post_connection": Form(("connection_id", "conn_type"), _CONNECTION, nullable=tuple(_CONNECTION)),
    "patch_connection": Form(
        (), {**_from_start("connection_id", "conn_type"), **_CONNECTION}, nullable=tuple(_CONNECTION)
    ),
    "post_role": Form(("name",), _from_start("actions")),
    "patch_role": Form(("name",), _from_start("actions")),
    "post_user": Form(("username", "email", "first_name", "last_name"), _USER),
    "patch_user": Form(("username", "email", "first_name", "last_name"), _USER),
    "patch_dag": Form((), _from_start("is_paused"), nullable=("is_paused",)),
    "patch_dags": Form((), _from_start("is_paused"), nullable=("is_paused",)),
    "post_dag_run": Form(
        (),
        {
            **_from_start("dag_run_id", "execution_date", "conf"),
            "logical_date": "2.2.0",
            "data_interval_start": "2.9.0",
            "data_interval_end": "2.9.0",
            "note": "2.5.0",
        },
    ),
    "update_dag_run_state": Form((), _from_start("state")),
    "set_dag_run_note": Form((), _from_start("note")),
    "set_task_instance_note": Form(("note",)),
    "set_mapped_task_instance_note": Form(("note",)),
    "clear_dag_run": Form((), _from_start("dry_run")),
    "get_dag_runs_batch": Form(
        (),
        {
            **_from_start("page_offset", "page_limit", "dag_ids", *_RUN_DATES),
            "order_by": "2.1.0",
            "states": "2.3.0",
        },
    ),
    "get_task_instances_batch": Form(
        (),
        {
            **_from_start("dag_ids", "state", "pool", "queue", "duration_gte", "duration_lte", *_RUN_DATES),
            **_from_start("page_offset", "page_limit"),
            "dag_run_ids": "2.7.0",
            "task_ids": "2.7.0",
            "executor": "2.10.0",
        },
    ),
    "post_clear_task_instances": Form(
        (),
        {
            **_from_start("dry_run", "start_date", "end_date", "only_failed", "only_running", "include_subdags"),
            **_from_start("include_parentdag", "reset_dag_runs"),
            "task_ids": "2.1.0",
            **dict.fromkeys(("dag_run_id", *_INCLUDES), "2.4.0"),
        },
    ),
    "post_set_task_instances_state": Form(
        ("new_state", "task_id", *_INCLUDES), {**_from_start("dry_run", "execution_date"), "dag_run_id": "2.3.0"}
    ),
    "patch_task_instance": Form(("new_state",), _from_start("dry_run")),
    "patch_mapped_task_instance": Form(("new_state",), _from_start("dry_run")),
    "create_dataset_event": Form(("dataset_uri",), _from_start("extra")),
}

#: columns that can be ordered by, where these are not the fields of an item
_ORDERS_2: dict[str, str] = {
    "get_pools": "id name slots",
    "get_variables": "id key value description",
    "get_connections": "id connection_id conn_type description host port",
    "get_roles": "id name",
    "get_users": "id email first_name last_name",
    "get_dags": "dag_id",
    "get_event_logs": "event_log_id when dag_id task_id event execution_date owner extra",
    "get_import_errors": "import_error_id timestamp filename stack_trace",
    "get_dag_runs": "id state dag_id execution_date dag_run_id start_date end_date external_trigger conf updated_at",
    "get_dag_runs_batch": "id state dag_id execution_date dag_run_id start_date end_date external_trigger conf",
    "get_mapped_task_instances": "state duration start_date end_date map_index",
}
_RUNS_3 = "id state dag_id run_id dag_run_id logical_date run_after start_date end_date updated_at conf duration"
_ORDERS_3: dict[str, str] = {
    "get_pools": "id pool name",
    "get_variables": "id key _val description",
    "get_connections": "id conn_id connection_id conn_type description host port",
    "get_dags": "dag_id dag_display_name next_dagrun state start_date last_run_state last_run_start_date",
    "get_dag_runs": _RUNS_3,
    "get_list_dag_runs_batch": _RUNS_3,
    "get_task_instances": "id state duration start_date end_date map_index try_number logical_date run_after operator",
    "get_task_instances_batch": "id state duration start_date end_date map_index try_number logical_date run_after",
    "get_event_logs": "id dttm when event_log_id dag_id task_id run_id event logical_date owner extra",
}


def check_body(world: World, context: RuleContext) -> None:
    """Refuse what a server of 2.x refuses in a body by its form.

    Raises:
        Refusal: 400; a field is missing, or is one that this release does not know.
    """
    operation = context.decoded.operation.id if context.decoded is not None else ""
    form = FORMS.get(operation)
    if world.is_new or form is None or context.body is NO_BODY:
        return
    body = context.body
    if not isinstance(body, dict):
        raise Refusal(400, f"{body!r} is not of type 'object'")
    takes = set(form.required) | {name for name, first in form.fields.items() if world.since(first)}
    unknown = sorted(set(body) - takes)
    if unknown:
        raise Refusal(400, f"{{{unknown[0]!r}: ['Unknown field.']}}")
    is_masked = form.masked and "update_mask" in context.arguments
    names = [name for name in form.required if name not in body]
    if names and not is_masked:
        raise Refusal(400, f"Missing required property(ies): {names}")
    for name, value in body.items():
        if value is None and name not in form.nullable and not (name == "dag_run_id" and not world.since("2.2")):
            raise Refusal(400, f"{{{name!r}: ['Field may not be null.']}}")


def check_order(world: World, context: RuleContext) -> None:
    """Refuse an order that this list cannot have.

    Raises:
        Refusal: 400.
    """
    operation = context.decoded.operation.id if context.decoded is not None else ""
    order = context.arguments.get("order_by")
    if order is None and operation.endswith("_batch") and isinstance(context.body, dict):
        order = context.body.get("order_by")
    if order is None or (operation == "get_dags" and not world.is_new and not world.since("2.6")):
        return
    names = order if isinstance(order, list) else [order]
    if world.is_new and not world.since("3.1"):
        names = [name for name in names[-1:] if name]  # one text, an empty one for none
    allowed = _allowed_orders(world, context, operation)
    for name in names:
        plain = str(name).lstrip("-")
        if operation == "get_users" and not world.is_new:
            _check_user_order(world, str(name))
        if plain not in allowed:
            raise Refusal(400, f"Ordering with {plain!r} is disallowed or the attribute does not exist on the model")


def _check_user_order(world: World, name: str) -> None:
    if name == "user_name":
        raise Refusal(500, "", response=crash(world))
    if name.startswith("-") and world.since("2.3"):
        raise Refusal(400, f"Ordering with '{name}' is disallowed or the attribute does not exist on the model")


def _allowed_orders(world: World, context: RuleContext, operation: str) -> set[str]:
    table = (_ORDERS_3 if world.is_new else _ORDERS_2).get(operation)
    if table is not None:
        return set(table.split())
    assert context.decoded is not None  # noqa: S101 - a rule of an operation
    collection = context.fake.state.collections.get(context.decoded.operation.path)
    fields = set(collection.schema.fields) if collection is not None else set()
    return fields | {"id", "timestamp", "uri", "name", "task_id"}


def check_query(world: World, context: RuleContext) -> None:
    """Refuse a negative page on 2.x, where task instances alone do not look.

    Raises:
        Refusal: 400, all of it in the title.
    """
    limit = context.arguments.get("limit")
    operation = context.decoded.operation.id if context.decoded is not None else ""
    if world.is_new or not isinstance(limit, int) or limit >= 0 or operation == "get_task_instances":
        return
    raise Refusal(400, None, title="Page limit must be a positive integer")


def crash(world: World) -> FakeResponse:
    """What a server answers that did not catch its own exception."""
    if world.is_new:
        return FakeResponse(500, b"Internal Server Error", "text/plain")
    return FakeResponse(500, b"<!DOCTYPE html><html><body><h1>Ooops!</h1></body></html>", "text/html")


def crashed(world: World) -> Refusal:
    """The refusal that is a crash."""
    return Refusal(500, "Internal Server Error", response=crash(world))


def partial(world: World, response: FakeResponse, fields: Any) -> FakeResponse:
    """An answer of 2.9 or later with those fields that were asked for, in each of a list's items or in itself.

    Raises:
        Refusal: 400, there is no such field.
    """
    names = [name for part in ([fields] if isinstance(fields, str) else fields) for name in part.split(",")]
    data = response.data
    lists = [(name, rows) for name, rows in data.items() if isinstance(rows, list) and "total_entries" in data]
    for name in names:
        if any(name not in row for row in (lists[0][1] if lists else [data])):
            raise Refusal(400, f"Unknown field: {name}")
    if not lists:
        return response._replace(data={name: data[name] for name in names})
    kind, rows = lists[0]
    data = {**data, kind: [{name: row[name] for name in names} for row in rows]}
    if kind == "dags" and not world.since("2.10"):
        del data["total_entries"]
    return response._replace(data=data)


def value_errors(where: Sequence[str], message: str, value: object) -> list[dict[str, object]]:
    """The list of a 422 for what a validator of pydantic's refuses."""
    return [{"type": "value_error", "loc": list(where), "msg": message, "input": value, "ctx": {"error": {}}}]

"""``dynclient shell``: IPython with a client in it; ``%load_ext dynclient``: the same in a prompt or notebook.

Imported in functions: ``IPython`` and ``traitlets``, an optional extra.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, DynclientError
from . import completion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..client.call import BaseCall

__all__ = ["load_ipython_extension", "start", "unload_ipython_extension"]

_FIRST = 200  # above the priority of IPython's own matchers, so that jedi is not waited for
_MOST_IDS, _SECONDS_KEPT, _SECONDS_WAITED = 200, 60.0, 0.03
_BANNER = (
    "`af` is {client}\naf.<TAB> lists its operations, af.find('trigger') looks for some, af.get_dags? explains one."
)


class ServerIds:
    """Ids for path arguments, asked of the server in the background and kept for a minute; off until switched on.

    A TAB waits at most 30 ms; what comes later is there at the next one. One page of 200 items is asked for.
    """

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._ids: dict[tuple[int, str], tuple[float, Sequence[str]]] = {}
        self._threads: dict[tuple[int, str], threading.Thread] = {}

    def __call__(self, call: BaseCall, keyword: str) -> Sequence[str]:
        """The ids that are known for an argument of a call."""
        lister = _lister(call, keyword) if self.on else None
        if lister is None:
            return ()
        key = (id(call.client), lister.operation.id)
        when, ids = self._ids.get(key, (0.0, ()))
        if time.monotonic() - when > _SECONDS_KEPT:
            thread = self._threads.get(key)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._ask, args=(key, lister, keyword), daemon=True)
                self._threads[key] = thread
                thread.start()
            thread.join(_SECONDS_WAITED)
        return self._ids.get(key, (0.0, ids))[1]

    def _ask(self, key: tuple[int, str], lister: Any, keyword: str) -> None:
        limit = {"limit": _MOST_IDS} if "limit" in lister.types else {}
        try:
            page = lister(**limit)
        except DynclientError:
            page = {}  # a TAB says nothing of errors; the call that follows does
        items = page.get(lister.paging.items) or ()
        ids = [item.get(keyword, item.get("name")) for item in items if isinstance(item, dict)]
        self._ids[key] = (time.monotonic(), [text for text in ids if isinstance(text, str)])


def _lister(call: BaseCall, keyword: str) -> Any:
    """The call that lists what a path argument names: the GET of the path up to it; None when that takes arguments."""
    name = next((p.name for p in call.operation.parameters if p.keyword == keyword and p.location == "path"), "")
    path = call.operation.path.partition(f"/{{{name}}}")[0]
    client = call.client
    for operation in client.spec.operations.values():
        if operation.path == path and operation.method == "GET" and "{" not in path:
            lister = client.operation(operation.id)
            return lister if lister.paging is not None else None
    return None


# --- IPython -------------------------------------------------------------------------------------------------------


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext dynclient``: complete inside calls; ``%dynclient_ids on`` offers ids that the server has."""
    ids = ServerIds(on=os.environ.get("DYNCLIENT_COMPLETE_IDS", "") not in {"", "0"})
    unload_ipython_extension(ipython)
    ipython.Completer.custom_matchers.append(_matcher(ipython, ids))
    ipython.register_magic_function(_switch(ids), magic_name="dynclient_ids")


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext dynclient``: complete as before."""
    matchers = ipython.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if getattr(matcher, "matcher_identifier", "") != "dynclient"]


def _switch(ids: ServerIds) -> object:
    def dynclient_ids(line: str = "") -> None:
        """Complete ids that the server has: ``%dynclient_ids on`` or ``off``; one small request a minute."""
        if line.strip() not in {"on", "off"}:
            raise ArgumentError(f"%dynclient_ids is {'on' if ids.on else 'off'}; write on or off after it")
        ids.on = line.strip() == "on"

    return dynclient_ids


def _matcher(ipython: Any, ids: ServerIds) -> object:
    from IPython.core.completer import SimpleCompletion, context_matcher  # an extra

    @context_matcher(identifier="dynclient", priority=_FIRST)  # type: ignore[untyped-decorator, unused-ignore]
    def match(context: Any) -> object:
        lines = [*context.full_text.split("\n")[: context.cursor_line], context.text_until_cursor]
        completions = completion.complete("\n".join(lines), ipython.user_ns, ids)
        if completions is None:
            return {"completions": [], "suppress": False}
        choices = [SimpleCompletion(text, type=completions.kind) for text in completions.choices]
        fragment = {"matched_fragment": completions.fragment, "ordered": True}
        return {"completions": choices, "suppress": bool(choices), **fragment}

    return match


def start(client: object) -> None:
    """IPython until it is left, with the client as ``af``.

    Raises:
        ArgumentError: IPython is not installed.
    """
    try:
        import IPython  # an extra
        from traitlets.config import Config
    except ImportError:
        raise ArgumentError("IPython is wanted for this: pip install 'dynclient[ipython]'") from None
    config = Config()
    config.TerminalInteractiveShell.banner1 = _BANNER.format(client=client)
    config.TerminalInteractiveShell.confirm_exit = False
    config.InteractiveShellApp.extensions = ["dynclient"]
    IPython.start_ipython(argv=[], user_ns={"af": client}, config=config)  # type: ignore[no-untyped-call, unused-ignore]

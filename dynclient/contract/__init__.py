"""Two documents compared, and recorded traffic held to a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .audit_report import Report as Report
    from .auditor import audit as audit
    from .document_diff import Change as Change, diff as diff

_MODULES = {
    "Change": "document_diff",
    "Report": "audit_report",
    "audit": "auditor",
    "diff": "document_diff",
}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - one table of names, held to the imports above by a test
__getattr__, __dir__ = lazy_names(__name__, _MODULES)

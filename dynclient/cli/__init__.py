"""The command line: parse arguments, call one function, print."""

from __future__ import annotations

import sys

__all__ = ["start"]


def start() -> None:
    """Run the command line (the console script ``dynclient``); without its libraries, say which extra has them."""
    try:
        from .main import main  # so that a missing library is a sentence and no traceback
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit(f"dynclient: the command line needs {error.name}: pip install 'dynclient[cli]'")
    main()

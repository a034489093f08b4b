"""The command line: parse arguments, call one function, print.

Imported in functions: ``main``, so that a library that is missing is a sentence and no traceback.
"""

from __future__ import annotations

import sys

__all__ = ["start"]


def start() -> None:
    """Run the command line (the console script ``dynclient``); without its libraries, say which extra has them."""
    try:
        from .main import main
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit(f"dynclient: the command line needs {error.name}: pip install 'dynclient[cli]'")
    main()

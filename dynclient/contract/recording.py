"""Recording what a block of code sends and receives, without its secrets: a cassette of vcrpy.

vcrpy replaces the connections of urllib3, requests, httpx and others for as long as the block runs, so that what other
clients in the process send is recorded too. While it opens a connection it takes its replacement away for all threads
(seen with vcrpy 8 and 9): exchanges of threads that connect at the same moment can be missing.

Imported in functions: ``vcr``, an optional package.
"""

from __future__ import annotations

from contextlib import contextmanager
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from .scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

__all__ = ["recording"]


@contextmanager
def recording(path: str | PathLike[str], *secret: str) -> Iterator[None]:
    """Record the HTTP exchanges of a block to a cassette (YAML, or JSON by the file's name).

    ::

        with dynclient.recording("nightly.yaml"):
            af.run_and_wait("etl")

    What was exchanged is written when the block ends, also where it ends by an exception. Secrets are taken out as
    ``dynclient.testing.scrub`` does. ``dynclient check nightly.yaml`` then holds it to a document. One thread after
    another is recorded whole; of threads that connect at the same moment some exchanges may be missing.

    Args:
        path: the file to write, replaced where it exists; its folder is made.
        secret: further headers, query parameters and members of bodies to take out.

    Raises:
        ArgumentError: vcrpy is not installed (the extra ``recording`` brings it), or the file cannot be written.
    """
    try:
        import vcr
    except ImportError:
        raise ArgumentError("recording needs vcrpy: pip install 'dynclient[recording]'") from None
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("wb").close()  # told before anything is sent, not after it
        file.unlink()  # vcrpy 8.5 reads a file that is there, and fails for an empty one
    except OSError as error:
        raise ArgumentError(f"{fspath(path)}: {error.strerror}; name a file that can be written") from None
    serializer = "json" if file.suffix == ".json" else "yaml"
    recorder = vcr.VCR(record_mode="all", serializer=serializer, **scrub(*secret))
    with recorder.use_cassette(str(file)):
        yield

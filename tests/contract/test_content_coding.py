"""Bodies with their content coding undone."""

from __future__ import annotations

import gzip
import sys
import zlib

import pytest

from dynclient.contract import content_coding
from dynclient.contract.content_coding import unpack
from dynclient.http.codings import BrokenCodingError


@pytest.mark.parametrize(
    ("body", "coding", "plain"),
    [
        (gzip.compress(b"abc", mtime=0), "gzip", b"abc"),
        (gzip.compress(b"abc", mtime=0), "x-gzip", b"abc"),
        (zlib.compress(b"abc"), "deflate", b"abc"),
        (zlib.compress(b"abc")[2:-4], "deflate", b"abc"),
        (gzip.compress(zlib.compress(b"abc"), mtime=0), "deflate, gzip", b"abc"),
        (b"abc", "gzip", b"abc"),
        (b"abc", "", b"abc"),
        (b"abc", "identity", b"abc"),
    ],
)
def test_unpacking(body, coding, plain):
    """Every coding of HTTP is undone, in any order, and what was unpacked by the recorder stays."""
    assert unpack(body, coding) == plain


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_neither_packed_nor_text(coding):
    """A body that was cut off, or is in no coding at all, is reported, not read as it is."""
    for body in (gzip.compress(b"abc" * 100, mtime=0)[:-9], b"\xff\xfe\xfd"):
        with pytest.raises(BrokenCodingError, match=f"not whole or no {coding}, though its header says so"):
            unpack(body, coding)


@pytest.mark.parametrize(("coding", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_what_needs_a_package_says_which(monkeypatch, coding, package):
    """A coding whose package is not installed names it; any other is named, not guessed at."""
    for name in ("brotli", "brotlicffi", "zstandard", "backports", "backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match=f"install {package}"):
        unpack(b"x", coding)
    with pytest.raises(ValueError, match="packed with compress"):
        unpack(b"x", "compress")


def test_a_bomb_is_refused(monkeypatch):
    """A body is unpacked up to a bound."""
    monkeypatch.setattr(content_coding, "_LARGEST", 1000)
    with pytest.raises(ValueError, match="more than"):
        unpack(gzip.compress(b"0" * 5000), "gzip")


def test_brotli_and_zstd_by_their_packages():
    """What the packages of the two codings pack is unpacked, alone and below another coding."""
    brotli = pytest.importorskip("brotli")
    zstandard = pytest.importorskip("zstandard")
    packed = zstandard.ZstdCompressor().compress(b"abc")
    assert unpack(brotli.compress(b"abc"), "br") == unpack(packed, "zstd") == b"abc"
    assert unpack(brotli.compress(packed), "zstd, br") == b"abc"

"""Content codings undone in pieces, whole or cut off anywhere."""

from __future__ import annotations

import gzip
import importlib
import tracemalloc
import zlib

import pytest

from dynclient.http.codings import BrokenCodingError, CodingError, UnknownCodingError, decoder_for, unpack


def deflate(data, bits):
    engine = zlib.compressobj(wbits=bits)
    return engine.compress(data) + engine.flush()


TEXT = bytes(range(256)) * 5000
ZLIB = [
    ("gzip", gzip.compress(TEXT, mtime=0)),
    ("x-gzip", gzip.compress(TEXT[:500_000], mtime=0) + gzip.compress(TEXT[500_000:], mtime=0)),
    ("gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 20),
    ("deflate", deflate(TEXT, zlib.MAX_WBITS)),
    ("Deflate", deflate(TEXT, -zlib.MAX_WBITS)),
    ("gzip, identity", gzip.compress(TEXT, mtime=0)),
    ("deflate, gzip", gzip.compress(deflate(TEXT, zlib.MAX_WBITS), mtime=0)),
]
OTHERS = [("br", "brotli", "compress"), ("zstd", "zstandard", "compress")]


def decode(coding, parts):
    decoder = decoder_for(coding)
    pieces = [piece for part in parts for piece in decoder.feed(part)]
    decoder.end()
    assert all(len(piece) <= 256 * 1024 for piece in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize(("coding", "body"), ZLIB, ids=[f"{coding} {len(body)}" for coding, body in ZLIB])
@pytest.mark.parametrize("size", [1, 1000, 10**9])
def test_what_is_whole(coding, body, size):
    """However the network cuts it, the data come out as they went in."""
    assert decode(coding, [body[start : start + size] for start in range(0, len(body), size)]) == TEXT


@pytest.mark.parametrize(("coding", "body"), ZLIB[:2] + ZLIB[3:], ids=[coding for coding, _ in ZLIB[:2] + ZLIB[3:]])
def test_what_is_cut_off(coding, body):
    """A stream without its end is an error, wherever it was cut."""
    for end in (1, 5, len(body) // 3, len(body) - 1):
        with pytest.raises(BrokenCodingError):
            decode(coding, [body[:end]])


@pytest.mark.parametrize(("coding", "package", "name"), OTHERS)
def test_bombs_of_other_codings(coding, package, name):
    """They are unpacked in pieces too."""
    bomb = getattr(pytest.importorskip(package), name)(b"\0" * 50_000_000)
    tracemalloc.start()
    assert len(next(decoder_for(coding).feed(bomb))) <= 256 * 1024
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(("coding", "package", "name"), OTHERS)
def test_other_codings(coding, package, name):
    """br and zstd are read where a package for them is installed, their ends checked too."""
    body = getattr(pytest.importorskip(package), name)(TEXT)
    assert decode(coding, [body[:100], body[100:]]) == TEXT
    assert decode(coding, [b""]) == b""
    for bad in (body[:-1], body[:50], b"no such coding"):
        with pytest.raises(BrokenCodingError):
            decode(coding, [bad])


def test_codings_that_are_none(monkeypatch):
    """No coding needs no decoder, an unknown one is refused, and so are codings without their package."""
    assert decoder_for(None) is decoder_for("") is decoder_for("identity") is None
    real = importlib.import_module

    def without(name, *args, **named):
        if name.partition(".")[0] in {"brotli", "brotlicffi", "zstandard", "backports", "compression"}:
            raise ImportError(name)
        return real(name, *args, **named)

    monkeypatch.setattr("dynclient.http.codings.import_module", without)
    for coding in ("compress", "br", "zstd", "gzip, klingon", ", ".join(["gzip"] * 6)):
        with pytest.raises(UnknownCodingError):
            decoder_for(coding)


def test_nothing_is_nothing():
    """An empty body has no coding to be complete."""
    for coding in ("gzip", "deflate"):
        assert decode(coding, [b""]) == b""


def test_data_that_unpack_a_thousandfold_come_in_pieces():
    """A bomb is unpacked no further than it is read."""
    decoder = decoder_for("gzip")
    pieces = decoder.feed(gzip.compress(b"\0" * 50_000_000, mtime=0))
    assert len(next(pieces)) == 256 * 1024


def test_a_whole_body_has_a_limit():
    """``unpack`` undoes all codings of a body up to a number of bytes, and checks its end."""
    body = gzip.compress(gzip.compress(b"0" * 5000, mtime=0))
    assert unpack(body, "gzip, gzip", 5000) == b"0" * 5000
    assert unpack(b"0", "", 0) == b"0"
    with pytest.raises(CodingError, match="more than 4999 bytes"):
        unpack(body, "gzip, gzip", 4999)
    with pytest.raises(BrokenCodingError):
        unpack(body[:-1], "gzip", 5000)

"""Seeded strings and numbers that fit what schemas say of them: format, pattern, lengths, bounds, steps.

``number`` and ``text`` take the keywords of every schema object that holds for the value (2020-12 form) and a source of
chance, and give a candidate. A validator has the last word: regular expressions differ between languages.
"""

from __future__ import annotations

import math
import re
import string
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Stuck", "compile_pattern", "matching_text", "number", "text"]

_TRIES = 50


class Stuck(Exception):  # noqa: N818 - no error: this way of building leads nowhere, another may
    """No value can be built this way."""


# --- numbers -----------------------------------------------------------------------------------------------------


def number(words: Sequence[Mapping[str, Any]], rng: random.Random, *, whole: bool) -> int | float:
    """A multiple of the step between the bounds, now and then a bound itself; an int where ``whole``."""

    def bounds(inclusive: str, exclusive: str) -> list[tuple[Fraction, bool]]:
        pairs = ((inclusive, False), (exclusive, True))
        return [(Fraction(str(w[keyword])), open_) for keyword, open_ in pairs for w in words if keyword in w]

    lows, highs = bounds("minimum", "exclusiveMinimum"), bounds("maximum", "exclusiveMaximum")
    low, above = max(lows, default=(Fraction(0), False))
    high, below = min(highs, key=lambda bound: (bound[0], not bound[1]), default=(low + 1000, False))
    if not lows and high <= 0:
        low = high - 1000
    steps = [Fraction(str(w["multipleOf"])) for w in words if "multipleOf" in w] + ([Fraction(1)] if whole else [])
    step = _common(steps) if steps else Fraction(1, 4)
    first, last = math.ceil(low / step), math.floor(high / step)
    first += above and first * step == low
    last -= below and last * step == high
    if first <= last:
        value = step * rng.choice((first, last, *[rng.randint(first, last) for _ in range(6)]))
    elif steps or low > high or (low == high and (above or below)):
        raise Stuck
    else:
        value = (low + high) / 2
    return int(value) if whole else float(value)


def _common(steps: Sequence[Fraction]) -> Fraction:
    """The smallest number that is a multiple of every step."""
    multiple = steps[0]
    for step in steps[1:]:
        common = math.lcm(multiple.numerator * step.denominator, step.numerator * multiple.denominator)
        multiple = type(multiple)(common, multiple.denominator * step.denominator)
    return multiple


# --- strings -----------------------------------------------------------------------------------------------------

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper")
#: tried for a pattern that is beyond ``_Regex``
_USUAL = (
    *("a", "A", "0", "abc", "ABC", "abc-123", "Abc123!x", "a_b", "12345", "1.0.0", "#ffffff", "a@example.com", "/a/b"),
    *("https://example.com/", "2024-05-06", "12:30", "en-US", "127.0.0.1", "~", "", " "),
)


def text(words: Sequence[Mapping[str, Any]], rng: random.Random) -> str:
    """A string by format or pattern, fitted to the lengths (in characters)."""
    least = max((int(w.get("minLength", 0)) for w in words), default=0)
    most = min((w.get("maxLength", math.inf) for w in words), default=math.inf)
    patterns = [w["pattern"] for w in words if "pattern" in w]
    formats = [_FORMATS[w["format"]] for w in words if w.get("format") in _FORMATS]
    if formats:
        return formats[0](rng)
    return matching_text(patterns, rng, least, most) if patterns else _fit(_word(rng), least, most)


def matching_text(patterns: Sequence[str], rng: random.Random, least: int = 0, most: float = math.inf) -> str:
    """A text that every pattern is found in, made from the first when it is simple, else taken from usual ones."""
    checks = [check for check in map(compile_pattern, patterns) if check]
    make: Callable[[], str]
    try:
        make = _Regex(patterns[0], rng).make
    except Stuck:
        usual = [text for text in _USUAL if all(check.search(text) for check in checks)]
        if not usual:
            raise
        make = lambda: rng.choice(usual)  # noqa: E731 - one of two makers
    for _ in range(_TRIES):
        candidate = _fit(make(), least, most)
        if all(check.search(candidate) for check in checks):
            return candidate
    raise Stuck


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern for a first look, None where Python cannot read it (ECMA-262 has other words)."""
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None


def _word(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)}_{rng.randint(1, 999)}"


def _fit(candidate: str, least: int, most: float) -> str:
    candidate += "x" * (least - len(candidate))
    return candidate[: int(most)] if len(candidate) > most else candidate


def _date_time(rng: random.Random) -> str:
    fraction = rng.choice(("", "", f".{rng.randint(0, 999999):06d}"))
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(rng.randint(946684800, 2208988800))) + fraction + "Z"


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"  # version 4, variant 1 (RFC 9562)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


_FORMATS: Mapping[str, Callable[[random.Random], str]] = {
    "date-time": _date_time,
    "datetime": _date_time,
    "date": lambda rng: _date_time(rng)[:10],
    "time": lambda rng: _date_time(rng)[11:19] + "Z",
    "duration": lambda rng: rng.choice(("P{}D", "PT{}S", "P1DT{}H", "PT{}M", "PT{}.5S")).format(rng.randint(1, 23)),
    "uuid": _uuid,
    "email": lambda rng: f"{_word(rng)}@example.com",
    "hostname": lambda rng: f"{rng.choice(_WORDS)}.example.com",
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 9999)}",
    "uri": lambda rng: f"https://example.com/{_word(rng)}",
    "byte": lambda rng: rng.choice(("YWJj", "ZGVm", "Z2hp")),
}

# --- regular expressions -----------------------------------------------------------------------------------------

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_CLASSES = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " \t"}
_CLASSES |= {name.upper(): "".join(c for c in _PRINTABLE if c not in members) for name, members in _CLASSES.items()}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_COUNT = re.compile(r"\{(\d+)(,(\d*))?\}")
_MARKS = {"*": (0, 4), "+": (1, 5), "?": (0, 1)}
_WIDE = 200  # of a range of characters, and of repetitions, no more than this is used


class _Regex:
    """Texts for an expression of literals, classes, groups, alternatives and quantifiers; ``Stuck`` at all else."""

    def __init__(self, pattern: str, rng: random.Random) -> None:
        self.pattern = pattern
        self.rng = rng
        self.at = 0
        self.make = self.alternatives()
        if self.at < len(pattern):
            raise Stuck

    def ahead(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, expected: str) -> bool:
        is_ahead = self.pattern.startswith(expected, self.at)
        self.at += len(expected) if is_ahead else 0
        return is_ahead

    def character(self) -> str:
        if self.at >= len(self.pattern):
            raise Stuck
        self.at += 1
        return self.pattern[self.at - 1]

    def alternatives(self) -> Callable[[], str]:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())

        def make() -> str:
            return self.rng.choice(options)()

        return make

    def sequence(self) -> Callable[[], str]:
        items = []
        while self.ahead() not in {"", "|", ")"}:
            items.append(self.repetition())
        return lambda: "".join(item() for item in items)

    def repetition(self) -> Callable[[], str]:
        atom = self.atom()
        least, most = self.quantifier()
        return lambda: "".join(atom() for _ in range(self.rng.randint(least, most)))

    def quantifier(self) -> tuple[int, int]:
        count = _COUNT.match(self.pattern, self.at)
        if count:
            self.at = count.end()
            least = int(count[1])
            most = int(count[3]) if count[3] else least + 3 if count[2] else least
        elif self.ahead() in _MARKS:
            least, most = _MARKS[self.character()]
        else:
            return 1, 1
        self.take("?")  # lazy: the same texts
        if most < least or least > 10 * _WIDE:
            raise Stuck
        return least, min(most, least + _WIDE)

    def atom(self) -> Callable[[], str]:
        character = self.character()
        if character == "(":
            return self.group()
        if character in "^$" or (character == "\\" and (self.take("b") or self.take("B"))):
            return str  # a place, not a character
        if character == "[":
            choices = self.members()
        elif character == "\\":
            choices = self.escape()
        else:
            choices = _PRINTABLE if character == "." else character
        if not choices:
            raise Stuck
        return lambda: self.rng.choice(choices)

    def group(self) -> Callable[[], str]:
        if self.ahead() == "?" and not self.take("?:"):
            raise Stuck  # looking ahead or behind, a name
        inner = self.alternatives()
        if not self.take(")"):
            raise Stuck
        return inner

    def escape(self) -> str:
        character = self.character()
        if character in "xu":
            digits = self.pattern[self.at : self.at + (2 if character == "x" else 4)]
            self.at += len(digits)
            if re.fullmatch("[0-9a-fA-F]+", digits):
                return chr(int(digits, 16))
        elif character in _CLASSES or character in _CONTROLS:
            return _CLASSES.get(character) or _CONTROLS[character]
        elif not character.isalnum():
            return character
        raise Stuck  # a back reference, \p{…}

    def members(self) -> str:
        """The characters of ``[…]``."""
        is_negated, characters = self.take("^"), ""
        while not self.take("]"):
            first = self.member()
            if len(first) == 1 and self.ahead() == "-" and not self.pattern.startswith("-]", self.at):
                self.take("-")
                last = self.member()
                if len(last) != 1:
                    raise Stuck
                first = "".join(map(chr, range(ord(first), min(ord(last), ord(first) + _WIDE) + 1)))
            characters += first
        return "".join(c for c in _PRINTABLE if c not in characters) if is_negated else characters

    def member(self) -> str:
        return self.escape() if self.take("\\") else self.character()

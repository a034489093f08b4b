"""The rules of the diff: each aspect of a schema that may differ, and how it is judged."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from .schema_alternatives import LOWER, SETS, UPPER

__all__ = ["ASSERTED_FORMATS", "LEVELS", "OTHER_KEYWORDS", "RULES", "WIDER_FORMATS", "Level", "Rule", "kebab"]


Level = Literal["breaking", "warning", "safe"]


LEVELS: Final[tuple[Level, Level, Level]] = ("breaking", "warning", "safe")


class Rule(NamedTuple):
    """What an aspect means: its mirror, and (level, sentence) for what is sent and for what is read."""

    mirror: str
    request: tuple[Level, str]
    response: tuple[Level, str]


#: aspect | mirror | for what the client sends | for what it reads
_TABLE = """
added | removed | safe: new | safe: new
removed | added | breaking: gone; do not send it | breaking: gone; do not read it
added-required | removed-required | breaking: new, and must be given; give it | safe: new, and always there
removed-required | added-required | breaking: gone; leave it out{hint} | breaking: gone; do not read it{hint}
added-optional | removed-optional | safe: new; it may be given | safe: new
removed-optional | added-optional | breaking: gone; leave it out{hint} | breaking: gone; do not read it{hint}
became-required | became-optional | breaking: must be given now; give it | safe: always there now
became-optional | became-required | safe: need not be given any more | breaking: may be absent now; expect that
became-nullable | became-not-nullable | safe: may be null now | breaking: may be null now; expect that
became-not-nullable | became-nullable | breaking: never null any more; give a value | safe: never null now
renamed | renamed | breaking: called {now} now; give it by that name | breaking: called {now} now; read that
changed | changed | warning: {now}, was {was}; check what relies on it | warning: {now}, was {was}; expect that
style-changed | style-changed | warning: written {now} instead of {was}; check URLs made by hand | safe: -
type-changed | type-changed | breaking: {now}, was {was}; send that | breaking: {now}, was {was}; expect that
type-widened | type-narrowed | safe: {now} now, not only {was} | breaking: {now} now, not only {was}; expect that
type-narrowed | type-widened | breaking: only {now} now, not {was}; send that | safe: only {now} now, not {was}
union-member-added | union-member-removed | safe: may also be {now} | breaking: may also be {now}; expect that
union-member-removed | union-member-added | breaking: {was} is not taken any more; send another | safe: never {was} now
enum-values-added | enum-values-removed | safe: may also be {now} | warning: may also be {now}; expect that
enum-values-removed | enum-values-added | breaking: {was} is not taken any more; send another | safe: never {was} now
became-enum | no-longer-enum | breaking: only {now} now; send one of them | safe: only {now} now
no-longer-enum | became-enum | safe: no longer only {was} | warning: no longer only {was}; expect others
format-added | format-removed | breaking: a {now} now; write it so | safe: a {now} now
format-removed | format-added | safe: need not be a {was} any more | breaking: no {was} any more; read it as it comes
format-changed | format-changed | breaking: a {now}, was a {was}; write that | breaking: a {now}, was a {was}; read that
default-added | default-removed | safe: {now} now where it is not given | safe: -
default-removed | default-added | safe: no default any more, was {was} | safe: -
default-changed | default-changed | warning: {now} instead of {was} where not given; give it to be sure | safe: -
deprecated | no-longer-deprecated | warning: deprecated; move away from it | warning: deprecated; move away from it
no-longer-deprecated | deprecated | safe: not deprecated any more | safe: not deprecated any more
became-closed | became-open | warning: takes its listed fields only; send no others | safe: has its listed fields only
became-open | became-closed | safe: takes any other field too | safe: may have other fields too
other-fields-narrowed | other-fields-widened | breaking: its other fields: {now} | safe: its other fields: {now}
other-fields-widened | other-fields-narrowed | safe: its other fields: anything | warning: its other fields: anything
became-read-only | became-writable | breaking: set by the server only; leave it out | safe: -
became-writable | became-read-only | safe: may be given now | safe: -
became-write-only | became-readable | safe: - | breaking: not sent back any more; do not read it
became-readable | became-write-only | safe: - | safe: sent back now
rules-changed | rules-changed | warning: {now} says otherwise; see both | warning: {now} says otherwise; see both
tightened | loosened | breaking: {now}, was {was}; send what fits | safe: {now}, was {was}
loosened | tightened | safe: {now}, was {was} | warning: {now}, was {was}; expect that
moved | moved | warning: at {now} instead of {was}; check URLs made by hand | safe: -
needed | not-needed | breaking: {now}; give credentials | safe: -
not-needed | needed | safe: no credentials are needed any more | safe: -
alternative-added | alternative-removed | safe: {now} is taken too | safe: -
alternative-removed | alternative-added | breaking: {was} is not taken any more; use another | safe: -
tag-added | tag-removed | safe: is also found under the tag {now} | safe: -
tag-removed | tag-added | safe: is not found under the tag {was} any more | safe: -
"""


#: keywords whose change is told but not judged
OTHER_KEYWORDS = (
    *("patternProperties", "not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames"),
    *("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties", "discriminator"),
)


#: the formats that are asserted
ASSERTED_FORMATS = frozenset({"date-time", "datetime", "date", "uuid", "duration"})


#: (wider, narrower): the first takes all that the second does
WIDER_FORMATS = frozenset({("datetime", "date-time")})


def _rules() -> dict[str, Rule]:
    rules = {}
    for line in _TABLE.strip().splitlines():
        aspect, mirror, sent, read = line.split(" | ")
        rules[aspect] = Rule(mirror, _judged(sent), _judged(read))
    for word in map(kebab, (*LOWER, *UPPER, *SETS)):
        for change in ("tightened", "loosened", "changed"):
            mirror, (sent_level, sent), (read_level, read) = rules[change]
            rules[f"{word}-{change}"] = Rule(
                f"{word}-{mirror}", (sent_level, f"{word} {sent}"), (read_level, f"{word} {read}")
            )
    return rules


def _judged(text: str) -> tuple[Level, str]:
    word, _, sentence = text.partition(": ")
    return next(level for level in LEVELS if level == word), sentence


def kebab(keyword: str) -> str:
    """``minLength`` as aspects have it: ``min-length``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in keyword)


RULES: Final = _rules()

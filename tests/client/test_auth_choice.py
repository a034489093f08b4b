"""The auth object for what a caller gave, as the document's schemes want it."""

from __future__ import annotations

import pytest
import requests.auth
from credentials import ARG, BASIC, KEY, OWN, TOKEN, Own, spec

from dynclient.client.auth import NoAuth
from dynclient.client.auth_choice import choose
from dynclient.errors import ArgumentError
from dynclient.openapi.operation import SecurityScheme

FLOW = SecurityScheme("F", "oauth2", flows={"clientCredentials": {"tokenUrl": "https://id.example/token"}})
OAUTH = SecurityScheme("OAuth", "oauth2")


class Callable:
    def __call__(self) -> str:
        return "c"


@pytest.mark.parametrize(
    ("given_", "schemes", "shown"),
    [
        (None, [KEY], "NoAuth()"),
        (("u", "p"), [], "Basic('u', ***)"),
        (("u", "p"), [KEY, BASIC], "Basic('u', ***)"),
        (("u", "p"), [SecurityScheme("D", "http", "digest")], "RequestsAuth(HTTPDigestAuth)"),
        ("t", [], "Bearer(***)"),
        ("t", [BASIC, KEY], "Bearer(***)"),
        ("t", [KEY], "ByScheme({'Key': ApiKey('X-Key', ***, 'header')})"),
        (lambda: "t", [KEY], "Bearer(***)"),
        (Callable(), [], "Bearer(***)"),
        (requests.auth.HTTPDigestAuth("u", "p"), [], "RequestsAuth(HTTPDigestAuth)"),
        (
            {"Basic": ("u", "p"), "Token": "t"},
            [BASIC, TOKEN],
            "ByScheme({'Basic': Basic('u', ***), 'Token': Bearer(***)})",
        ),
        ({"Arg": "k"}, [ARG, TOKEN], "ByScheme({'Arg': ApiKey('key', ***, 'query')})"),
        ({"OAuth": "t"}, [OAUTH], "ByScheme({'OAuth': Bearer(***)})"),
        (NoAuth(), [], "NoAuth()"),
    ],
)
def test_what_a_caller_may_give(given_, schemes, shown):
    """Whatever a caller has becomes the kind that fits it and the document."""
    assert repr(choose(given_, spec(*schemes))) == shown


def test_an_own_object_is_used_as_it_is():
    """An object with the two moments is taken unchanged, also inside a mapping and without a document."""
    assert choose(OWN) is OWN
    assert choose({"Key": OWN}, spec(KEY)).credentials["Key"] is OWN


@pytest.mark.parametrize(
    ("given_", "schemes", "message"),
    [
        (5, [], "auth cannot be a int"),
        (("u", "p", "q"), [], "auth cannot be a tuple"),
        (("u", 5), [], "two strings"),
        (b"t", [], "auth cannot be a bytes"),
        (Own, [], "auth cannot be a type"),
        ({"Nope": "t"}, [KEY, BASIC], "no security scheme Nope; it has Key, Basic"),
        ({"Nope": "t"}, [], "it has none"),
        ({}, [KEY], "names at least one"),
        ({"Key": ("u", "p")}, [KEY], "one string, not a pair"),
        ({"Basic": "t"}, [BASIC], "a pair"),
        ({"Token": 5}, [TOKEN], "auth cannot be a int"),
        (("u", "p"), [KEY], r"Key \(apiKey X-Key\).*give the key, one string"),
        (("u", "p"), [TOKEN], r"Token \(http bearer\).*give a token"),
        (("u", "p"), [SecurityScheme("M", "mutualTLS")], r"Transport\(cert="),
        (("u", "p"), [FLOW], r"given by https://id.example/token.*ClientCredentials\(id, secret, token_url\)"),
    ],
)
def test_what_a_caller_may_not_give(given_, schemes, message):
    """What is no credential, or names a scheme that is not there, is an error that says what would be one."""
    with pytest.raises(ArgumentError, match=message):
        choose(given_, spec(*schemes))

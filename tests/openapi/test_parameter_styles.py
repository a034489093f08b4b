"""A parameter's value is written in its style and read back as itself, or refused with a sentence."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, strategies as st

from dynclient.openapi.parameter_styles import STYLES, Types, read, types_of, write
from dynclient.schema.schema import Schemas

ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
TABLE = "OpenAPI 3.1.1 §4.8.12 Style Examples"
RGB = Types(("object",), fields=dict.fromkeys("RGB", ("integer",)))
TEXT, LIST = Types(("string",)), Types(("array",))

EXAMPLES = [
    # source, location, style, explode, value, types, as written
    (TABLE, "path", "matrix", False, "", TEXT, ";color"),
    (TABLE, "path", "matrix", False, "blue", TEXT, ";color=blue"),
    (TABLE, "path", "matrix", False, ARRAY, LIST, ";color=blue,black,brown"),
    (TABLE, "path", "matrix", False, OBJECT, RGB, ";color=R,100,G,200,B,150"),
    (TABLE, "path", "matrix", True, "blue", TEXT, ";color=blue"),
    (TABLE, "path", "matrix", True, ARRAY, LIST, ";color=blue;color=black;color=brown"),
    (TABLE, "path", "matrix", True, OBJECT, RGB, ";R=100;G=200;B=150"),
    (TABLE, "path", "label", False, "", TEXT, "."),
    (TABLE, "path", "label", False, "blue", TEXT, ".blue"),
    (TABLE, "path", "label", False, ARRAY, LIST, ".blue,black,brown"),
    (TABLE, "path", "label", False, OBJECT, RGB, ".R,100,G,200,B,150"),
    (TABLE, "path", "label", True, "blue", TEXT, ".blue"),
    (TABLE, "path", "label", True, ARRAY, LIST, ".blue.black.brown"),
    (TABLE, "path", "label", True, OBJECT, RGB, ".R=100.G=200.B=150"),
    (TABLE, "path", "simple", False, "", TEXT, ""),
    (TABLE, "path", "simple", False, "blue", TEXT, "blue"),
    (TABLE, "path", "simple", False, ARRAY, LIST, "blue,black,brown"),
    (TABLE, "path", "simple", False, OBJECT, RGB, "R,100,G,200,B,150"),
    (TABLE, "path", "simple", True, ARRAY, LIST, "blue,black,brown"),
    (TABLE, "path", "simple", True, OBJECT, RGB, "R=100,G=200,B=150"),
    (TABLE, "header", "simple", False, ARRAY, LIST, "blue,black,brown"),
    (TABLE, "header", "simple", False, OBJECT, RGB, "R,100,G,200,B,150"),
    (TABLE, "header", "simple", True, OBJECT, RGB, "R=100,G=200,B=150"),
    (TABLE, "query", "form", False, "", TEXT, "color="),
    (TABLE, "query", "form", False, "blue", TEXT, "color=blue"),
    (TABLE, "query", "form", False, ARRAY, LIST, "color=blue,black,brown"),
    (TABLE, "query", "form", False, OBJECT, RGB, "color=R,100,G,200,B,150"),
    (TABLE, "query", "form", True, "", TEXT, "color="),
    (TABLE, "query", "form", True, "blue", TEXT, "color=blue"),
    (TABLE, "query", "form", True, ARRAY, LIST, "color=blue&color=black&color=brown"),
    (TABLE, "query", "form", True, OBJECT, RGB, "R=100&G=200&B=150"),
    (TABLE, "query", "spaceDelimited", False, ARRAY, LIST, "color=blue%20black%20brown"),
    (TABLE, "query", "spaceDelimited", False, OBJECT, RGB, "color=R%20100%20G%20200%20B%20150"),
    (TABLE, "query", "pipeDelimited", False, ARRAY, LIST, "color=blue%7Cblack%7Cbrown"),
    (TABLE, "query", "pipeDelimited", False, OBJECT, RGB, "color=R%7C100%7CG%7C200%7CB%7C150"),
    (TABLE, "query", "deepObject", True, OBJECT, RGB, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    (TABLE, "cookie", "form", False, "blue", TEXT, "color=blue"),
    (TABLE, "cookie", "form", False, ARRAY, LIST, "color=blue,black,brown"),
    (
        "exploded: as form, n/a in the table",
        "query",
        "pipeDelimited",
        True,
        ARRAY,
        LIST,
        "color=blue&color=black&color=brown",
    ),
    ("exploded: as form, n/a in the table", "query", "spaceDelimited", True, OBJECT, RGB, "R=100&G=200&B=150"),
    ("cookies cannot be joined with & (App. D)", "cookie", "form", True, ["a", "b"], LIST, "color=a&color=b"),
    ("RFC 6570 §3.2.2", "path", "simple", False, "Hello World!", TEXT, "Hello%20World%21"),
    ("RFC 6570 §3.2.2", "path", "simple", False, "50%", TEXT, "50%25"),
    ("RFC 6570 §3.2.5", "path", "label", False, ["red", "green", "blue"], LIST, ".red,green,blue"),
    ("RFC 6570 §3.2.7", "path", "matrix", False, "1024", TEXT, ";color=1024"),
    ("RFC 6570 §3.2.8", "query", "form", True, "a&b=c", TEXT, "color=a%26b%3Dc"),
    ("RFC 3986 §2.3 unreserved", "path", "simple", False, "Az09-._~", TEXT, "Az09-._~"),
    ("RFC 3986 §2.2 slash", "path", "simple", False, "s3://bucket/key", TEXT, "s3%3A%2F%2Fbucket%2Fkey"),
    ("RFC 1866 plus is a space", "query", "form", True, "10:00+02:00", TEXT, "color=10%3A00%2B02%3A00"),
    ("UTF-8", "query", "form", True, "naïve ☃", TEXT, "color=na%C3%AFve%20%E2%98%83"),
    ("a comma inside an item", "query", "form", False, ["a,b", "c"], LIST, "color=a%2Cb,c"),
    ("a comma inside an item", "path", "simple", True, ["a,b", "c"], LIST, "a%2Cb,c"),
    ("an empty item", "query", "form", False, ["", "b"], LIST, "color=,b"),
    ("an empty item", "query", "form", True, [""], LIST, "color="),
    ("an empty array, not exploded", "query", "form", False, [], LIST, "color="),
    ("an empty object, not exploded", "query", "form", False, {}, RGB, "color="),
    ("a header is not percent-encoded", "header", "simple", False, "a b/c=d%", TEXT, "a b/c=d%"),
    ("a header takes a comma in a text", "header", "simple", False, "a, b", TEXT, "a, b"),
    ("JSON's words", "query", "form", True, True, Types(("boolean",)), "color=true"),
    ("JSON's words", "query", "form", True, 1.0, Types(("number",)), "color=1.0"),
    ("JSON's words", "query", "form", True, 1e22, Types(("number",)), "color=1e%2B22"),
    ("JSON's words", "path", "label", False, [-1, 2.5], Types(("array",), ("number",)), ".-1,2.5"),
]


def joined(written):
    return written if isinstance(written, str) else "&".join(f"{name}={text}" for name, text in written)


@pytest.mark.parametrize(("source", "location", "style", "explode", "value", "types", "text"), EXAMPLES)
def test_examples(source, location, style, explode, value, types, text):
    """Every combination is written as its source shows, and read back as the value."""
    written = write("color", value, location=location, style=style, explode=explode)
    assert text == joined(written), source
    assert value == read("color", raw=written, location=location, style=style, explode=explode, types=types)


REFUSED = [
    # location, style, explode, value, part of the sentence
    ("query", "form", True, [], "an empty array cannot be written"),
    ("query", "form", True, {}, "an empty object cannot be written"),
    ("query", "deepObject", True, {}, "an empty object"),
    ("path", "simple", True, [], "an empty array"),
    ("path", "matrix", True, [], "an empty array"),
    ("query", "form", False, [""], "like an empty array"),
    ("query", "deepObject", True, "a", "only an object"),
    ("query", "spaceDelimited", False, ["a b", "c"], "holds ' '"),
    ("query", "pipeDelimited", False, ["a|b", "c"], "holds '|'"),
    ("path", "label", True, ["a.b", "c"], "holds '.'"),
    ("path", "label", True, [1.5], "holds '.'"),
    ("header", "simple", False, ["a,b", "c"], "holds ','"),
    ("header", "simple", True, {"a=b": "c"}, "holds ="),
    ("header", "simple", False, ["a", " b"], "at the beginning or end"),
    ("header", "simple", False, " b", "at the beginning or end"),
    ("header", "simple", False, "a\r\nSet-Cookie: b", "control character"),
    ("header", "simple", False, "a\nb", "control character"),
    ("header", "simple", False, "a\x00b", "control character"),
    ("header", "simple", False, ["a", "b\r"], "control character"),
    ("header", "simple", True, {"a\n": "b"}, "control character"),
    ("header", "simple", False, "☃", "outside Latin-1"),
    ("path", "simple", False, None, "null"),
    ("query", "form", True, ["a", None], "null"),
    ("query", "form", True, [["a"]], "inside an array"),
    ("query", "form", True, float("nan"), "not JSON"),
    ("query", "form", True, "\ud800", "surrogate"),
    ("header", "form", True, "a", "no style form for a header"),
    ("path", "deepObject", True, {"a": 1}, "no style deepObject for a path"),
    ("body", "simple", True, "a", "no style simple for a body"),
]


@pytest.mark.parametrize(("location", "style", "explode", "value", "words"), REFUSED)
def test_refused(location, style, explode, value, words):
    """What could not be read back, or would change the message around it, is refused with a sentence."""
    with pytest.raises(ValueError, match=re.escape(words)):
        write("color", value, location=location, style=style, explode=explode)


def test_refusals_hold_no_value():
    """A refused header's text is not repeated in the message."""
    with pytest.raises(ValueError, match="control") as caught:
        write("token", "hunter2\n", location="header", style="simple", explode=False)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (":/?@!$'()*;", ":/?@!$'()*;"),
        ("a&b", "a%26b"),
        ("a+b", "a%2Bb"),
        ("a=b", "a%3Db"),
        ("#[]", "%23%5B%5D"),
        ("%41", "%2541"),
        (" ", "%20"),
        (["a,b", "c/d"], "a%2Cb,c/d"),
    ],
)
def test_allow_reserved(value, text):
    """Reserved characters stay where they do not change what the query says; the value read is the value given."""
    pairs = write("q", value, location="query", style="form", explode=False, allow_reserved=True)
    assert [("q", text)] == pairs
    types = LIST if isinstance(value, list) else TEXT
    assert value == read("q", raw=pairs, location="query", style="form", explode=False, types=types)


def test_allow_reserved_is_for_queries():
    """In a path it has no effect: a slash would be another segment (OpenAPI 3.1.1 §4.8.12.2)."""
    assert write("q", "a/b", location="path", style="simple", explode=False, allow_reserved=True) == "a%2Fb"


READINGS = [
    # text, types, value
    ("5", ("integer",), 5),
    ("1.0", ("integer",), 1.0),
    ("1.5", ("integer",), "1.5"),
    ("1.5", ("integer", "number"), 1.5),
    ("1e400", ("number",), "1e400"),
    ("9" * 5000, ("integer",), "9" * 5000),
    ("007", ("integer",), "007"),
    ("true", ("boolean",), True),
    ("True", ("boolean",), "True"),
    ("true", ("string",), "true"),
    ("5", ("string",), "5"),
    ("5", ("string", "integer"), 5),
    ("5", (), "5"),
    ("null", ("null", "string"), "null"),
    ("many", ("integer", "null"), "many"),
]


@pytest.mark.parametrize(("text", "types", "value"), READINGS)
def test_scalars(text, types, value):
    """Text becomes the first of integer, number, boolean it looks like and may be, else it stays a string."""
    found = read("n", raw=[("n", text)], location="query", style="form", explode=True, types=Types(types))
    assert (value, type(value)) == (found, type(found))


def test_plus_in_a_query_is_a_space():
    """Other clients write a space as a plus sign (RFC 1866); a path keeps it."""
    assert read("q", raw=[("q", "a+b")], location="query", style="form", explode=True, types=TEXT) == "a b"
    assert read("q", raw="a+b", location="path", style="simple", explode=False, types=TEXT) == "a+b"


@pytest.mark.parametrize("raw", ["a b", "a%20b", "a+b"])
def test_separators_as_others_write_them(raw):
    """A spaceDelimited array is read in each spelling of a space."""
    assert read("q", raw=[("q", raw)], location="query", style="spaceDelimited", explode=False, types=LIST) == [
        "a",
        "b",
    ]


def test_header_lists_may_have_spaces():
    """Spaces around the commas of a header do not count (RFC 9110 §5.6.1)."""
    assert read("q", raw="a , b", location="header", style="simple", explode=False, types=LIST) == ["a", "b"]


def test_said_twice():
    """A parameter that is one value but came twice is read as an array, which its schema refuses."""
    assert read(
        "q", raw=[("q", "1"), ("q", "2")], location="query", style="form", explode=True, types=Types(("integer",))
    ) == [1, 2]


@pytest.mark.parametrize(("style", "types"), [("form", TEXT), ("form", LIST), ("form", RGB), ("deepObject", RGB)])
def test_absent(style, types):
    """A parameter that is not among the pairs is a KeyError, not an empty value."""
    with pytest.raises(KeyError):
        read("color", raw=[("colour", "blue")], location="query", style=style, explode=True, types=types)


def test_other_parameters_are_left_alone():
    """An exploded object with declared members takes these only."""
    pairs = [("limit", "5"), ("R", "1")]
    assert read("color", raw=pairs, location="query", style="form", explode=True, types=RGB) == {"R": 1}


@pytest.mark.parametrize("style", ["label", "matrix"])
def test_marks(style):
    """A label or matrix parameter without its first character is not one."""
    with pytest.raises(ValueError, match="begins with"):
        read("color", raw="blue", location="path", style=style, explode=False, types=TEXT)


# --- every combination, any value ----------------------------------------------------------------------------------

ONE = {
    "string": st.text(),
    "integer": st.integers(),
    "boolean": st.booleans(),
    "number": st.floats(allow_nan=False, allow_infinity=False),
}
COMBINATIONS = [
    (place, style, explode) for place, styles in STYLES.items() for style in styles for explode in (True, False)
]


@st.composite
def values(draw):
    """A value and the types it was made of."""
    kind, of = draw(st.sampled_from(["one", "array", "object"])), draw(st.sampled_from(list(ONE)))
    one = ONE[of]
    if kind == "one":
        return draw(one), Types((of,))
    if kind == "array":
        return draw(st.lists(one, max_size=4)), Types(("array",), (of,))
    value = draw(st.dictionaries(st.text(), one, max_size=4))
    return value, Types(("object",), fields=dict.fromkeys(value, (of,)), others=(of,))


@pytest.mark.parametrize(("location", "style", "explode"), COMBINATIONS)
@given(made=values(), name=st.text(min_size=1))
def test_inverse(location, style, explode, made, name):
    """What can be written is read back as itself, for every location, style and explode."""
    value, types = made
    form = {"location": location, "style": style, "explode": explode}
    try:
        written = write(name, value, **form)
    except ValueError:
        return  # refused, with a sentence: test_refused
    found = read(name, raw=written, **form, types=types)
    assert value == found
    assert type(value) is type(found)


@given(value=st.one_of(st.text(), st.lists(st.text(), min_size=2)), explode=st.booleans(), reserved=st.booleans())
def test_query_survives_a_form_parser(value, explode, reserved):
    """The standard library's form parser finds the same texts."""
    try:
        pairs = write("q", value, location="query", style="form", explode=explode, allow_reserved=reserved)
    except ValueError:
        return
    found = [text for _, text in parse_qsl(joined(pairs), keep_blank_values=True, strict_parsing=True)]
    whole = value if isinstance(value, list) and explode else [",".join(value) if isinstance(value, list) else value]
    assert whole == found


@given(value=st.text())
def test_no_header_ends_early(value):
    """Whatever is written to a header has no line end, no NUL, and fits Latin-1."""
    try:
        text = write("q", value, location="header", style="simple", explode=False)
    except ValueError:
        return
    assert not set("\r\n\0") & set(text)
    text.encode("latin-1")


# --- types from a schema -------------------------------------------------------------------------------------------

SCHEMAS = [
    ({"type": "integer"}, Types(("integer",))),
    ({}, Types(())),
    ({"type": "array", "items": {"type": "integer"}}, Types(("array",), ("integer",))),
    (
        {"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/N"}}, {"type": "null"}]},
        Types(("array", "null"), ("number",)),
    ),
    (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        Types(("array",), ("string", "integer")),
    ),
    (
        {"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": False},
        Types(("object",), fields={"a": ("boolean",)}),
    ),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, Types(("object",), others=("integer",))),
    ({"type": "object", "additionalProperties": True}, Types(("object",), others=("string",))),
    ({"type": "object"}, Types(("object",), others=("string",))),
    ({"$ref": "#/components/schemas/Loop"}, Types(())),
]


@pytest.mark.parametrize(("schema", "types"), SCHEMAS)
def test_types_of(schema, types):
    """What a text may mean is read off the schema, through references and unions."""
    loop = {"anyOf": [{"$ref": "#/components/schemas/Loop"}]}
    components = {"S": schema, "N": {"type": "number"}, "Loop": loop}
    document = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": components}}
    assert types == types_of(Schemas(document).at("#/components/schemas/S"))._replace(schema=None)

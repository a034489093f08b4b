"""The logs of tasks as lines, in all the forms that releases have given them."""

from __future__ import annotations

import pytest

from dynclient.deployment.task_logs import lines_of, says_something

FRAMES = [{"filename": "a.py", "lineno": 3, "name": "load"}, {"filename": "b.py", "lineno": 9, "name": "parse"}]
ERROR = {
    "timestamp": "T",
    "level": "error",
    "event": "Task failed",
    "error_detail": [
        {
            "exc_type": "ValueError",
            "exc_value": "bad\nrow",
            "exc_notes": ["line 7"],
            "is_cause": False,
            "frames": FRAMES,
        },
        {"exc_type": "KeyError", "exc_value": "'x'", "exc_notes": [], "is_cause": True, "frames": FRAMES[:1]},
    ],
}
SHOWN = [
    "[T] ERROR - Task failed",
    "Traceback (most recent call last):",
    '  File "a.py", line 3, in load',
    "KeyError: 'x'",
    "Traceback (most recent call last):",
    '  File "a.py", line 3, in load',
    '  File "b.py", line 9, in parse',
    "ValueError: bad",
    "row",
    "line 7",
]
CONTENTS = [
    # (form, content, lines)
    ("text", "a\n\nb\n", ["a", "", "b"]),
    ("text of Windows", "a\r\nb", ["a", "b"]),
    ("other separators", "a\x0cb\u2028c", ["a\x0cb\u2028c"]),
    ("hosts and texts", "[('host', 'a\\nb'), ('other', 'c\\n')]", ["a", "b", "c"]),
    ("hosts that wrote nothing", "[('', '')]", []),
    ("what only looks like it", "[('a', 'b', 'c')]", ["[('a', 'b', 'c')]"]),
    ("what only looks like Python", "[(open('/etc/passwd'), 'x')]", ["[(open('/etc/passwd'), 'x')]"]),
    ("brackets without end", "[(" * 1000 + ")]", ["[(" * 1000 + ")]"]),
    ("pages", {"content": "a\nb", "continuation_token": "t"}, ["a", "b"]),
    ("pages of messages", {"content": [{"event": "a"}, {"event": "b"}], "continuation_token": None}, ["a", "b"]),
    ("lists of text", ["a", "", "b\nc"], ["a", "", "b", "c"]),
    ("empty text", "", []),
    ("marks", [{"event": "::group::x", "timestamp": None}], ["::group::x"]),
    ("messages", [{"timestamp": "T", "event": "e", "level": "warning"}], ["[T] WARNING - e"]),
    ("messages without level", [{"timestamp": "T", "event": "e"}], ["[T] INFO - e"]),
    (
        "messages with a place",
        [{"event": "e", "level": "info", "filename": "f.py", "lineno": 3}],
        ["{f.py:3} INFO - e"],
    ),
    ("messages of lines", [{"timestamp": "T", "event": "a\nb", "level": "info"}], ["[T] INFO - a", "b"]),
    (
        "what the task added",
        [{"timestamp": "T", "event": "e", "rows": 3, "dag_id": "d", "no": None}],
        ["[T] INFO - e rows=3"],
    ),
    ("exceptions, the cause first", [ERROR], SHOWN),
    ("nothing", None, []),
]


@pytest.mark.parametrize(("content", "expected"), [row[1:] for row in CONTENTS], ids=[row[0] for row in CONTENTS])
def test_every_form_is_lines(content, expected):
    """Text, Airflow 2's (host, text) written as text, and Airflow 3's structured messages; nothing of it is run."""
    assert list(lines_of(content)) == expected


@pytest.mark.parametrize(
    ("line", "says"), [("a", True), ("", False), ("  ", False), ("[T] INFO - ::endgroup::", False)]
)
def test_lines_that_say_something(line, says):
    """Marks of groups and empty lines say nothing about a failure."""
    assert says_something(line) is says

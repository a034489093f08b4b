"""The commands that start a server of their own."""

from __future__ import annotations

import json
import signal
import subprocess

from command_line import COMMAND, run


def test_serve_runs_until_it_is_interrupted():
    """serve prints its URL, answers there, and Ctrl-C ends it without a traceback."""
    words = [*COMMAND, "serve", "--spec", "2.10.5", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        url = process.stdout.readline().strip()
        code, out, _ = run("call", "get_version", DYNCLIENT_URL=url)
        assert (code, json.loads(out)["version"]) == (0, "2.10.5")
        assert process.stderr.readline() == "behaves as 2.10.5; Ctrl-C ends it\n"
        process.send_signal(signal.SIGINT)
        assert (process.wait(), process.stderr.read()) == (0, "gone\n")

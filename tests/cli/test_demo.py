"""``dynclient demo``: the main job on a server in this process."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request

import pytest

from dynclient.cli import demo


def test_the_demo_shows_the_main_job():
    """It lists, creates, shows one refused request and one broken answer, and leaves nothing behind."""
    said: list[str] = []
    demo.run(said.append)
    text = "\n".join(said)
    for part in ("etl_daily", "queued, then running, then success", "InvalidRequest: post_pool", "saw 0 requests"):
        assert part in text
    assert "InvalidResponse: get_dag" in text
    assert "Traceback" not in text
    assert all(len(line) <= 200 for line in text.splitlines())
    assert not [thread for thread in threading.enumerate() if thread.name == "dynclient fake" and thread.is_alive()]
    found = re.search(r"http://127\.0\.0\.1:\d+", text)
    assert found
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(found[0], timeout=5)

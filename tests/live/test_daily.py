"""The day of ``daily`` on a real server; with ``DYNCLIENT_RECORD=1`` its answers become cassettes of the release."""

from __future__ import annotations

from daily import *  # noqa: F403 - the steps; they stand in tests/helpers

"""The place of `dynclient.testing.fake_airflow` in 0.1, for tests that were written then."""

from __future__ import annotations

from .testing.airflow_rules import fake_airflow as fake

__all__ = ["fake"]

"""More of the made-up documents of ``tests/openapi/test_any_document.py``."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from odd_documents import documents
from round_trips import check_document


@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.integers(0, 9_999))
def test_what_is_sent_is_what_is_read(document, seed):
    """Arguments of every style, location and media type come back as they were; no answer breaks the document."""
    check_document(document, seed)

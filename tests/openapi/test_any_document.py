"""Made-up documents: what is sent is what a server reads, and what a server answers is accepted."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from odd_documents import documents
from round_trips import check_document


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(documents(), st.integers(0, 99))
def test_what_is_sent_is_what_is_read(document, seed):
    """Arguments of every style, location and media type come back as they were; no answer breaks the document."""
    check_document(document, seed)

"""Bytes to a document, its references and overlays; the bundled releases."""

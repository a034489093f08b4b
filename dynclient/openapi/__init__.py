"""A document as operations and servers; arguments to a request, a response to data."""

"""One spec, server, auth and transport made into callables."""

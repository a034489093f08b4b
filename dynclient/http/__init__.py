"""HTTP messages as frozen data, sending them blocking and awaited, streams, and hiding secrets."""

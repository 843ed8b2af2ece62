"""One vocabulary of values: a kind reads JSON, reads text, writes, and describes itself as JSON Schema."""

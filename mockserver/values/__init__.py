"""Kinds of values: a kind reads JSON and query text, writes JSON, and describes itself as JSON Schema."""

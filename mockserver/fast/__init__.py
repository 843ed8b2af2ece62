"""Optimizations, one idea per module: without this folder all responses are the same, only slower.

No other room imports it at load; ``Mock`` does if ``settings.fast_path`` is on.
"""

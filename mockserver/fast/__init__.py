"""What makes requests faster, each idea in one module: without this folder the mock answers the same, only later.

Nothing outside imports it at load; ``Mock`` does when ``settings.fast_path`` is on.
"""

"""One reader of YAML and JSON, with lines, bounds and all problems at once."""

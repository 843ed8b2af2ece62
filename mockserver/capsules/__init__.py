"""Capsules: a bug in one file, which can be carried out again anywhere."""

"""Scenario files, their rules, and the engine that decides which rule acts."""

"""A tester's world: data, clock, scenarios and settings, and all worlds by name."""

"""Stores of worlds: where worlds are kept so that they outlive the process."""

"""A high-fidelity mock server for the loyalty platform's Offers API."""

__version__ = "0.1.0"

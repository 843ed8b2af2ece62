"""Connecting phones, emulators and other machines to the mock: addresses, certificate, page."""

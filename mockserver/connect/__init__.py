"""How a phone, an emulator or another machine reaches the mock: its addresses, its certificate, its page."""

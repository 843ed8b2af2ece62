"""How a phone, an emulator or another machine reaches the mock: its addresses, its certificate, its page."""

ANDROID_EMULATOR = "10.0.2.2"  # how an Android emulator calls its host's loopback

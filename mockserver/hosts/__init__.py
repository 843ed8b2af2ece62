"""The servers: the embedded one, WSGI, and delays and faults on the connection."""

ANDROID_EMULATOR = "10.0.2.2"  # how an Android emulator calls its host's loopback

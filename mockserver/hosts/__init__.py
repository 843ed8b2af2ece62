"""What serves the mock: the embedded server, WSGI, delays and faults on the connection."""

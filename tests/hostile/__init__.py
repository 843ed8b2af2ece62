"""What a client may send to stop the server, fill it, or fool it: bounded in time and size, loopback only."""

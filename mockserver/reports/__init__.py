"""Reports on an app and on the network."""

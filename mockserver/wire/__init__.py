"""Delivery: delays, long polls, streams, and effects on the connection itself.

``delivery.py`` carries an answer out on the embedded server's event loop, ``blocking.py`` under any other WSGI server;
``faults.py`` has one function a fault, ``connection.py`` the socket that they act on.
"""

"""The Offers API over HTTP: operations, the pipeline of one request, and the resources."""

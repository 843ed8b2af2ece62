"""The marshmallow schemas of the API: what queries, bodies and answers are, in each revision."""

"""The marshmallow schemas of the API: queries, bodies and responses, in each revision."""

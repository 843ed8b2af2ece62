"""Pure rules of the Offers API: no web framework, no files, no clock."""

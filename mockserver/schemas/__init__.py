"""Wire shapes, named as the API's documents name the models."""

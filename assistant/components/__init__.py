"""The assistant's own NLU components, one a file: they read messages and the catalogue, no more."""

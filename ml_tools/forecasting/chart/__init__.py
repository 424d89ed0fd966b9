"""A forecast as a picture, and the same in words."""

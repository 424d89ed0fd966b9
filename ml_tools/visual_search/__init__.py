"""Visual search: products that look like a picture, and what a picture shows (kind, colour, pattern, style, ...)."""

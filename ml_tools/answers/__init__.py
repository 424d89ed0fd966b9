"""Questions on a product, answered from what the shop has written down or customers have said: quoted, or "unknown"."""

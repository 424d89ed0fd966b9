"""Which promotion to show to whom: click models, how they are chosen, and how they are judged."""

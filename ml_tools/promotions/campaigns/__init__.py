"""How promotions do: clicks and orders against expectation, and which campaigns are worth their money."""

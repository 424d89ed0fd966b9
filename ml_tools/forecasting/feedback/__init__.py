"""What forecasts turned out to be worth, and what is learnt from it."""

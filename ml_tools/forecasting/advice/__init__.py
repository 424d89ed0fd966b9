"""What follows from a forecast: orders, prices, ways to sell more."""

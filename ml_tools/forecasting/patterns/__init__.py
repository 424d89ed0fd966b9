"""What is common to many products: the calendar, prices, promotions, the level; learnt over all of them."""

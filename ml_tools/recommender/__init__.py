"""The recommender: what a customer may like next, with the reason why."""

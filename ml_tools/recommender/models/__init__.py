"""The recommender's models, each behind `base.Recommender`."""

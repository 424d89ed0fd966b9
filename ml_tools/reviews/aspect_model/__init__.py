"""A linear model that reads, together with the aspect words, of which aspects a sentence speaks."""

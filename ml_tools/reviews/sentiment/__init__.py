"""What feeling a review states: the encoder, what it learns from, how it is served and measured."""

"""What customers say: the feeling of each review, and what it is about."""

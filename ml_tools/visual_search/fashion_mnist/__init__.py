"""The plain reference on Fashion-MNIST: a small network trained from scratch on pictures that the literature knows."""

"""The demo store: a department store drawn from a seed, with the truth it was drawn from. Enter through `load.load`."""

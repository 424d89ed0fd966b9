"""What a process does with its memory once it has started."""

import gc


def settle() -> None:
    """Keep everything loaded at start-up out of later garbage collections: turns need not wait for scans of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)

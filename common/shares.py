"""How sure a share is that was seen in a number of trials."""

from math import sqrt

NORMAL_95 = 1.959963984540054


def wilson(share: float, trials: float, z: float = NORMAL_95) -> tuple[float, float]:
    """Wilson's interval (1927) of a share 0 to 1: low and high, with the share between them. `trials` is above 0.

    Brown, Cai and DasGupta (Interval Estimation for a Binomial Proportion, 2001) recommend it for few trials and for
    shares near 0: its coverage stays near 95 % where the textbook interval's falls far below."""
    spread = z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0)

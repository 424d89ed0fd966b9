"""What the three Python 3.11 processes share: settings, errors, tokens, logs, metrics. Nothing here knows a shop."""

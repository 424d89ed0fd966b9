"""The forecasters, all behind the interface in `base`."""

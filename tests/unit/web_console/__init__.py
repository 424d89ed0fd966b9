"""The console without a database."""

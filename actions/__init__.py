"""The action server: what the assistant does when it has understood. Thin, async, without models."""

"""The assistant's own tests; they run in its environment: `assistant/.venv/bin/python -m pytest assistant/tests`."""

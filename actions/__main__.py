"""`python -m actions`: the action server on loopback."""

from actions.server import main

main()

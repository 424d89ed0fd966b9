"""The chat gateway: who asks, what may be sent, in which order turns run, and the words when something is away."""

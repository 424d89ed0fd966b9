"""The staff's console: open tickets for agents, forecasts for marketers."""

"""The staff's console: open tickets for agents, forecasts and proposed tags for marketers."""

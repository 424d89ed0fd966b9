"""How good forecasts were, by rolling backtests, and the bands and weights that follow."""

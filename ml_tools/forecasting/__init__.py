"""Forecasts of daily sales per product, with calibrated intervals; whoever asks gets how good the past ones were."""

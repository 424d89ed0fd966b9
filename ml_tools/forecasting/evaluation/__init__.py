"""The forecaster held against its peers, on sales that none of them has seen."""

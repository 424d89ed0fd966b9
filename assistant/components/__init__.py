"""The assistant's own NLU components, one a file; they read messages, the catalogue's SQL functions and nothing else."""

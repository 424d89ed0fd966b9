"""The ML tools: one room a tool, each with the same files, behind one FastAPI process. No tool knows another."""

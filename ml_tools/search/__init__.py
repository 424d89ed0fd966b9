"""Search in words that understands: filters said in passing, typos, synonyms, units and meaning, ranked as one list."""

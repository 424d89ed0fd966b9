"""From units as they were sold to demand as it was observed: panels of cleaned days."""

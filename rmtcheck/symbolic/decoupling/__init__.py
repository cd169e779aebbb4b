"""Why weights that see the data may be replaced by independent ones, and what is left over."""

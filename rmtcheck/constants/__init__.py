"""The constants of the theorems, exact from the symbolic engine or as certified balls."""

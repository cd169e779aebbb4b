"""The witnesses: the only place where engines and claims meet."""

"""One file per method for the Stieltjes equation; each takes (equation, z) and a start or none."""

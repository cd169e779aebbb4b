"""Simulations: what is drawn for each shape of question, and how far it is from the limit."""

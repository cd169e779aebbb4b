"""The engine that draws: random networks, what is measured on them, and how sure a mean is."""

"""Renderings of a ledger: terminal, HTML, Markdown, LaTeX."""

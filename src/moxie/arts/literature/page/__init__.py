"""How a text looks on a page."""

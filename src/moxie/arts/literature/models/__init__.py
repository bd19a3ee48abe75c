"""Language models: counts, networks and their mixture, and the style model over them."""

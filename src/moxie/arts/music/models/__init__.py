"""Models of coded scores: counts, networks, and their mixture; no art but music knows them."""

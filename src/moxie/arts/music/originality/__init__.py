"""What a piece has in common with works."""

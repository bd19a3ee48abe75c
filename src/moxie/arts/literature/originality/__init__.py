"""What a text has in common with works."""

"""The arts, one folder each, and how they are found."""

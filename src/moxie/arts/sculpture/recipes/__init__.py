"""The recipes for sculpture; each file has one `RECIPE`."""

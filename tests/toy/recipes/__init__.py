"""The recipes of the toy art."""

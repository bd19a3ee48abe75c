"""One file a recipe, each with a module-level `RECIPE`; found by looking, not by a list."""

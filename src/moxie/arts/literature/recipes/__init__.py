"""The recipes of literature, one file each; `moxie.nn.plugins.recipes_in` finds them."""

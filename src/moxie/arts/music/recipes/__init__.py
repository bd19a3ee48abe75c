"""The recipes of music, one file each; `moxie.nn.plugins.recipes_in` finds them."""

"""Building blocks in torch and numpy that know nothing of any art."""

"""Measures of style, and the judges made of them."""

"""Measures of style, the judges made of them, and what a person may like about a text."""

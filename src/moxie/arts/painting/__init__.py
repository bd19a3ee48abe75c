"""Painting: the first art."""

"""Scores as pages and pictures."""

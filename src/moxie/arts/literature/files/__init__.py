"""Texts from files and into files."""

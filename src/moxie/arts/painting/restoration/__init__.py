"""Restoration of paintings: synthetic damage to measure by, and finding damage."""

"""Moxie 模写: from imitation to something of one's own."""

"""Verse by constraint: tones, rhymes and forms, a checker, and poems that keep them."""

"""What a musician reads in a score: keys, chords, cadences, phrases, part writing."""

"""Files of music and the note table: reading, writing, quantising."""

"""Permission and provenance: acts on the rights that `work.Rights` records."""

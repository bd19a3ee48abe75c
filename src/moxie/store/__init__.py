"""What survives a restart: a database of facts and a pool of content-addressed blobs."""

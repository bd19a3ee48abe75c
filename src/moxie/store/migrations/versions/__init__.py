"""The migrations, each one step. A file here is never changed once it has been released."""

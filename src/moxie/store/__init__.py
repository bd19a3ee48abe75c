"""What survives a restart: a database of facts and a pool of content-addressed blobs."""

from __future__ import annotations

from moxie.store.library import Library

__all__ = ["Library"]

"""Content Credentials (C2PA): signed claims of how a work came about, in a file or beside it."""

from moxie.rights.credentials.carriers import BESIDE, MEDIA
from moxie.rights.credentials.checked import Checked
from moxie.rights.credentials.claims import Claim, Ingredient, Told, corpus_manifest
from moxie.rights.credentials.engine import Engine, Signed, available

__all__ = ["BESIDE", "MEDIA", "Checked", "Claim", "Engine", "Ingredient", "Signed", "Told"]
__all__ += ["available", "corpus_manifest"]

"""Features of creations and works, kept so that each is looked at only once."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from moxie.store.database import Database

Row = NDArray[np.float32]


class Looks:
    """The table of features. Errors are those of `Database`.

    `eye` stands for what they were made by: features by another eye are never handed out, and
    are replaced when a subject is looked at anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, corpus: str, block: str, eye: str) -> dict[str, Row]:
        """The features of all subjects that this eye has looked at, float32 [d] each."""
        with self._database.reading() as records:
            rows = records.find("looks", corpus=corpus, block=block, eye=eye)
        return {
            row["subject"]: np.frombuffer(base64.b64decode(row["features"]), "<f4") for row in rows
        }

    def put(self, corpus: str, block: str, eye: str, rows: Mapping[str, Row]) -> None:
        """Keep features by subject, in place of what was there."""
        with self._database.writing() as records:
            for subject, features in rows.items():
                text = base64.b64encode(features.astype("<f4").tobytes()).decode("ascii")
                place = {"corpus": corpus, "block": block, "subject": subject}
                records.put("looks", **place, eye=eye, features=text)

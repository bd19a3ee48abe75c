"""The book of jobs: a queue in a small database of its own, which outlives the server.

Only the server writes it, so that a job's process needs nothing of it. What is written is kept:
after a crash the book knows which jobs waited and which one was interrupted.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

from moxie.errors import Missing, StoreError, TooMuch
from moxie.store import atomic
from moxie.web.jobs.job import WORKING, Job, Kind, now

MOST_WAITING = 50
"""Jobs that may wait; whoever asks for more is asked to come back."""

MOST_KEPT = 500
"""Jobs that are remembered; the oldest that are over are forgotten."""

_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    document TEXT NOT NULL)
"""


class Book:
    """The jobs of a store. Safe for several threads of one process; raises StoreError."""

    def __init__(self, folder: Path) -> None:
        self._lock = RLock()
        path = atomic.make_folder(folder) / "jobs.sqlite3"
        with _explained(path):
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute(_TABLE)
        self._path = path
        rows = self._rows("SELECT document FROM jobs ORDER BY number")
        self._jobs = {job.id: job for job in rows}  # a few hundred: all of them stay in memory
        self._version = max((job.version for job in self._jobs.values()), default=0)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    def add(self, kind: Kind, wish: Mapping[str, object], corpora: Sequence[str]) -> Job:
        """A new job at the end of the queue; raises TooMuch where too many wait."""
        with self._lock:
            if len(self.waiting()) >= MOST_WAITING:
                raise TooMuch(
                    "{n} jobs are waiting already: let some of them finish first.", n=MOST_WAITING
                )
            job = Job(secrets.token_hex(16), kind, wish, now(), tuple(corpora))
            self._jobs[job.id] = job
            job = self.put(job)
            self._forget()
        return job

    def put(self, job: Job, *, lasting: bool = True) -> Job:
        """Keep a changed job; one that is not `lasting` is only remembered until the next."""
        with self._lock, _explained(self._path):
            self._version += 1
            job = replace(job, version=self._version)
            self._jobs[job.id] = job
            if lasting:
                self._base.execute(
                    "INSERT INTO jobs (id, state, document) VALUES (?, ?, ?) ON CONFLICT (id) "
                    "DO UPDATE SET state = excluded.state, document = excluded.document",
                    (job.id, job.state, job.to_json()),
                )
        return job

    def get(self, job_id: str) -> Job:
        """The job of that id; raises Missing."""
        with self._lock:
            if job_id not in self._jobs:
                raise Missing("There is no job {job}.", job=job_id)
            return self._jobs[job_id]

    def jobs(self) -> list[Job]:
        """All jobs, in the order they were asked for."""
        with self._lock:
            return list(self._jobs.values())

    def active(self) -> list[Job]:
        """Those in which something is still going to happen."""
        return [job for job in self.jobs() if not job.over]

    def waiting(self) -> list[Job]:
        """Those that wait, the next first."""
        return [job for job in self.jobs() if job.state == "queued"]

    def since(self, version: int) -> list[Job]:
        """Those that have changed after a version, in the order they changed."""
        changed = (job for job in self.jobs() if job.version > version)
        return sorted(changed, key=lambda job: job.version)

    def recover(self) -> list[Job]:
        """After a start: jobs that a server left running are interrupted; returns them."""
        left = [job for job in self.jobs() if job.state in WORKING]
        return [self.put(replace(job, state="interrupted", ended_at=now())) for job in left]

    def _forget(self) -> None:
        over = [job for job in self.jobs() if job.state in {"done", "failed", "cancelled"}]
        for job in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[job.id]
            with _explained(self._path):
                self._base.execute("DELETE FROM jobs WHERE id = ?", (job.id,))

    def _rows(self, query: str) -> list[Job]:
        with _explained(self._path):
            return [Job.from_json(text) for (text,) in self._base.execute(query)]


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        if "full" in str(error):
            raise atomic.cannot_write(OSError(next(iter(atomic.FULL)), ""), path) from error
        raise StoreError(
            "The list of jobs, {path}, cannot be used ({reason}): move it away and start again.",
            path=str(path),
            reason=str(error) or type(error).__name__,
        ) from error

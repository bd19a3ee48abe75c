"""The foreman: takes jobs from the book, gives each a process, and writes down what becomes of it.

One heavy job at a time, so that a small machine is not halved; a light one may run beside it, on
another corpus. A process that dies, or takes too much, is a job that failed and nothing more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from moxie.errors import BadInput
from moxie.settings import Settings
from moxie.text import Message, say
from moxie.web.jobs.book import Book
from moxie.web.jobs.crew import WORKER, Limits, Process
from moxie.web.jobs.job import HEAVY, OPEN, Fault, Job, Kind, now
from moxie.web.jobs.wire import Event, Order

KEEP = 2.0
"""Seconds between two writings of how far a job is; changes of its state are written at once."""

ENDING = 5.0
"""Seconds to wait for a process that was ended, before its job begins anew."""

_log = logging.getLogger("moxie.web")


@dataclass
class _Hand:
    """A job that runs: its process, and what has been heard of it."""

    process: Process
    thread: threading.Thread
    losses: int = 0
    written: float = 0.0
    result: Mapping[str, object] | None = None
    fault: Fault | None = None


class Foreman:
    """The jobs of a store, and their processes. Safe for several threads."""

    def __init__(
        self,
        book: Book,
        settings: Settings,
        limits: Limits | None = None,
        command: Sequence[str] = WORKER,
    ) -> None:
        self.book = book
        self.command = command
        self._settings = settings
        self._limits = limits or Limits()
        self._folder = settings.home / "web"
        self._hands: dict[str, _Hand] = {}
        self._lock = threading.RLock()
        self._closed = False

    def start(self) -> None:
        """Take up the book: what ran when the last server went is interrupted, the rest goes on."""
        self.book.recover()
        self._fill()

    def stop(self) -> None:
        """Let every job end its present step; what does not stop in time is ended."""
        with self._lock:
            self._closed = True
            hands = list(self._hands.values())
        for hand in hands:
            hand.process.hang_up()
        for hand in hands:
            hand.process.join(self._limits.patience)
            hand.thread.join()
        self.book.close()

    def add(self, kind: Kind, wish: Mapping[str, object], corpora: Sequence[str]) -> Job:
        """A new job; the same one that waits or runs already is handed back instead.

        So a button that is pressed twice starts one job. Whoever asks for a kind of job again has
        seen that the last one failed. Raises TooMuch.
        """
        with self._lock:
            for job in self.book.jobs():
                if job.state in OPEN and (job.kind, dict(job.wish)) == (kind, dict(wish)):
                    return job
            job = self.book.add(kind, wish, corpora)
            for old in self.book.jobs():
                if (old.kind, old.corpora) == (kind, job.corpora):
                    self._dismiss(old)
        self._fill()
        return self.book.get(job.id)

    def dismiss(self, job_id: str) -> Job:
        """A person has seen that a job failed. Raises BadInput where it did not."""
        with self._lock:
            job = self.book.get(job_id)
            if job.state != "failed":
                raise BadInput("That job has not failed.")
            return self._dismiss(job)

    def _dismiss(self, job: Job) -> Job:
        if job.state != "failed" or job.dismissed:
            return job
        return self.book.put(replace(job, dismissed=True))

    def pause(self, job_id: str) -> Job:
        """Stop at the next step, what was done kept. Raises BadInput where nothing runs."""
        with self._lock:
            job = self.book.get(job_id)
            if job.state == "queued":
                return self.book.put(replace(job, state="paused"))
            if job.state == "running" and job_id in self._hands:
                job = self.book.put(replace(job, state="pausing"))
                self._hands[job_id].process.pause()
                return job
            if job.state in {"pausing", "paused"}:
                return job
        raise BadInput("That job is not running.")

    def resume(self, job_id: str) -> Job:
        """Put a job into the queue again; it goes on from what is stored. Raises BadInput."""
        ending = self._hands.get(job_id)
        if ending is not None and self.book.get(job_id).over:
            ending.thread.join(ENDING)  # cancelled just now: its process is about to be gone
        with self._lock:
            job = self.book.get(job_id)
            if job.state not in OPEN:
                if not job.resumable or job_id in self._hands:
                    raise BadInput("That job is over; ask for it anew.")
                self.book.put(job.again())
        self._fill()
        return self.book.get(job_id)

    def cancel(self, job_id: str) -> Job:
        """End a job at once. What it had stored stays. Raises BadInput where it is over."""
        with self._lock:
            job = self.book.get(job_id)
            if job.state == "cancelled":
                return job
            if job.state == "done":
                raise BadInput("That job is over; ask for it anew.")
            job = self.book.put(replace(job, state="cancelled", ended_at=now()))
            hand = self._hands.get(job_id)
        if hand is not None:
            hand.process.end()
        return job

    def _fill(self) -> None:
        """Start what may start."""
        with self._lock:
            if self._closed:
                return
            for job in self.book.waiting():
                if self._free(job):
                    self._begin(job)

    def _free(self, job: Job) -> bool:
        """Whether a job may start: a place of its kind is free, and nobody is at its corpora."""
        running = [self.book.get(name) for name in self._hands]
        heavy = job.kind in HEAVY
        alike = [one for one in running if (one.kind in HEAVY) == heavy]
        places = self._limits.heavy if heavy else self._limits.light
        busy = {name for one in running for name in one.corpora}
        return len(alike) < places and not busy & set(job.corpora)

    def _begin(self, job: Job) -> None:
        scratch = self._folder / "scratch" / job.id
        order = Order(job.kind, job.wish, self._settings, scratch, self._folder)
        try:
            log = self._folder / "log.txt"
            process = Process.start(order, log, self._limits, self.command)
        except OSError as error:
            told = say("Its process could not be started: {reason}.", reason=error.strerror or "?")
            fault = Fault("MoxieError", told)
            self.book.put(replace(job, state="failed", fault=fault, ended_at=now()))
            return
        hand = _Hand(process, threading.Thread(target=self._follow, args=(job.id,), daemon=True))
        self._hands[job.id] = hand
        self.book.put(replace(job, state="running", began_at=now()))
        hand.thread.start()

    def _follow(self, job_id: str) -> None:
        """Hear a job out, then write down how it ended and let the next one begin."""
        hand = self._hands[job_id]
        try:
            for event in hand.process.events():
                self._hear(job_id, hand, event)
        except Exception:  # noqa: BLE001  a process that speaks nonsense is ended
            _log.exception("a job spoke nonsense")
            hand.process.end()
        why = hand.process.wait()
        with self._lock:
            del self._hands[job_id]
            self._conclude(job_id, hand, why)
        self._fill()

    def _hear(self, job_id: str, hand: _Hand, event: Event) -> None:
        with self._lock:
            job = self.book.get(job_id)
            match event:
                case {"begin": str(stage)}:
                    job = job.begun(stage)
                case {"step": [int(done), int(total)], "loss": loss}:
                    job = job.stepped(done, total)
                    if isinstance(loss, float) and job.stages and job.stages[-1].name == "train":
                        hand.losses += 1
                        job = job.lost(loss, hand.losses)
                case {"say": list(lines)}:
                    job = job.said([Message.from_json(line) for line in lines])
                case {"end": [str(stage), float(seconds)]}:
                    job = job.ended(stage, seconds)
                case {"result": dict(result)}:
                    hand.result = result
                    return
                case {"fault": {"kind": str(kind), "message": dict(message)}}:
                    hand.fault = Fault(kind, Message.from_json(message))
                    return
            lasting = "step" not in event or time.monotonic() - hand.written > KEEP
            if lasting:
                hand.written = time.monotonic()
            self.book.put(job, lasting=lasting)

    def _conclude(self, job_id: str, hand: _Hand, why: Message | None) -> None:
        job = replace(self.book.get(job_id), ended_at=now())
        if job.state == "cancelled":
            return
        if hand.result is not None:
            job = replace(job, state="done", result=hand.result)
        elif hand.fault is not None and hand.fault.kind == "Cancelled":
            job = replace(job, state="paused" if job.state == "pausing" else "interrupted")
        elif self._closed:
            job = replace(job, state="interrupted")
        else:
            fault = hand.fault or Fault("MoxieError", why or _ENDED)
            job = replace(job, state="failed", fault=fault)
        self.book.put(job)


_ENDED = say(
    "Its process ended by itself; what it had stored is kept, so it can be taken up again."
)

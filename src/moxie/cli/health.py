"""`moxie doctor`: apart from the other verbs, because it must work where they cannot."""

from __future__ import annotations

from moxie.cli.outcome import Outcome
from moxie.doctor import examine
from moxie.errors import Missing
from moxie.settings import Settings
from moxie.text import Catalogue, say


def check(settings: Settings, catalogue: Catalogue) -> Outcome:
    """Look at everything; exit code 8 when something has to be mended."""
    findings = examine(settings)
    sound = all(finding.status != "broken" for finding in findings)
    verdict = say("Everything is in order.") if sound else say("Something needs mending.")
    return Outcome(
        {"ok": sound, "checks": [finding.to_json() for finding in findings]},
        [*(finding.line(catalogue) for finding in findings), verdict],
        0 if sound else Missing.exit_code,
    )

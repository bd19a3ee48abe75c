"""Drives the studio as a person does: a server of its own, a browser, and what went wrong in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import moxie

PHONE, WIDE = 390, 1440
PATIENCE = 60_000
"""Milliseconds that a test waits for what a job brings; machines of CI are slow."""

VIEWS = [(PHONE, "zh"), (WIDE, "en"), (PHONE, "en"), (WIDE, "zh")]
"""Widths and languages to look at."""

SERIOUS = {"serious", "critical"}


@contextmanager
def serving(home: Path, *folders: str) -> Iterator[str]:
    """`moxie studio` on a store, in a process; gives the address of a first visit."""
    paths = [*folders, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    paths.append(str(Path(moxie.__file__).parents[1]))
    surroundings = os.environ | {
        "MOXIE_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "moxie", "studio", "--no-browser", "--port", "0"]
    server = subprocess.Popen(
        command,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    said: list[str] = []
    try:
        yield _address(server, said)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdout.close()


def _address(server: subprocess.Popen[str], said: list[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        said.append(line)
        if found := re.search(r"http://\S+/enter\?token=\S+", line):
            threading.Thread(target=server.stdout.read, daemon=True).start()  # a full pipe stops it
            return found[0]
    raise AssertionError("".join(said))


@dataclass
class Visitor:
    """A person at a browser. `wrong` gathers what the console complained about."""

    page: Any
    address: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.set_default_timeout(PATIENCE)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def enter(self, path: str = "") -> None:
        """The first visit; with a path, that page is the first that is drawn."""
        if path:
            self.page.request.get(self.address, max_redirects=0)  # the cookie comes with it
            self.go(path)
            return
        self.page.goto(self.address)
        self.settle()

    def go(self, path: str) -> None:
        """To a path of the studio."""
        self.page.goto(self.address.partition("/enter")[0] + path)
        self.settle()

    def to(self, place: str) -> None:
        """To another place of the corpus, by its link."""
        self.page.locator(f".places a[href$='/{place}']").click()
        self.page.wait_for_url(f"**/{place}")
        self.settle()

    def settle(self) -> None:
        """Until what the page asked for is there; events go on for ever and are not waited for."""
        self.page.wait_for_load_state("load")
        self.gone("main [aria-busy=true]", 4 * PATIENCE)

    def gone(self, selector: str, patience: int = PATIENCE) -> None:
        """Until there is nothing of that kind."""
        from playwright.sync_api import expect  # evaluates nothing, as the pages' policy wants

        expect(self.page.locator(selector)).to_have_count(0, timeout=patience)

    def hung(self, n: int, patience: int = PATIENCE) -> None:
        """Until there are `n` works on the wall."""
        self.page.locator("#wall figure").nth(n - 1).wait_for(timeout=patience)

    def speaks(self, language: str) -> None:
        """Switch to a language, as a person does."""
        if self.page.evaluate("document.documentElement.lang").startswith(language):
            return
        self.page.locator("#language").click()
        self.page.locator(f"html[lang^={language}]").wait_for()
        self.settle()

    def serious(self) -> list[str]:
        """What axe-core finds that keeps people out."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in SERIOUS
        ]

    def sideways(self) -> int:
        """Pixels by which the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))


FOREIGN = r"""() => {
  const words = /[A-Za-z]{3,}(?:[ ,.’'-]+[A-Za-z]{2,})+/;
  const own = 'script, style, code, cite, .name, kbd, option, [lang=en], .passage';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (words.test(textContent) && !parentElement.closest(own)) found.push(textContent.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      const said = element.getAttribute(name) ?? '';
      if (words.test(said)) found.push(`${name}: ${said}`);
    }
  }
  return found;
}"""
"""English sentences on a page in another language; people's own words and code are theirs."""

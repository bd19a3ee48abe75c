"""A job's process for tests: does what its wish says, word by word, in the tongue of the wire."""

from __future__ import annotations

import json
import os
import sys
import threading
import time


def main() -> None:
    order = json.loads(sys.stdin.readline())
    asked = threading.Event()
    threading.Thread(target=listen, args=(asked,), daemon=True).start()
    for word in order["wish"]["do"]:
        if word == "wait":
            while not asked.wait(0.01):
                pass
            tell({"fault": {"kind": "Cancelled", "message": {"template": "Paused.", "params": {}}}})
            return
        if word == "hang":
            time.sleep(600)
        elif word == "crash":
            os._exit(3)
        elif word == "nonsense":
            print("[1, 2", flush=True)
        elif word == "swell":
            swollen = bytearray(300 << 20)
            swollen[::4096] = b"x" * len(swollen[::4096])
            time.sleep(600)
        else:
            tell(word)


def listen(asked: threading.Event) -> None:
    for _ in sys.stdin:
        asked.set()
    asked.set()


def tell(event: object) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    main()

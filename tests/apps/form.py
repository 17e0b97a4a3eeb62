"""A form in Chromium: `python form.py [--chinese] [--log FILE]`. What is saved goes to the log."""

from __future__ import annotations

import argparse
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

try:
    from launcher import Log, browser
except ImportError:
    from tests.apps.launcher import Log, browser

PAGE = Path(__file__).with_name("form.html")


class _Form(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(PAGE.read_bytes() if self.path.partition("?")[0] == "/" else b"")

    def do_POST(self) -> None:
        self.server.log.write(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the terminal clean."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chinese", action="store_true", help="the labels")
    parser.add_argument("--log", type=Path, help="append what is saved")
    options = parser.parse_args()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Form) as server:
        server.log = Log(options.log)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{'?zh' if options.chinese else ''}"
        # --app: no address bar, whose port is another each time.
        with browser(f"--app={url}") as start:
            start()
            threading.Event().wait()


if __name__ == "__main__":
    main()

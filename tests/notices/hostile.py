"""A server on this machine that behaves as badly as the path asks."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hostile(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        payload = json.loads(self.rfile.read(length))
        self.server.seen.append((self.path, payload))
        getattr(self, "answer_" + self.path.strip("/").partition("?")[0])()

    def finish_head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def answer_ok(self):
        self.finish_head(200, **{"Content-Length": "2"})
        self.wfile.write(b"{}")

    def answer_created(self):
        self.finish_head(204)

    def answer_error(self):
        self.finish_head(500, **{"Content-Length": "0"})

    def answer_redirect(self):
        self.finish_head(302, Location=f"http://127.0.0.1:{self.server.server_port}/ok", **{"Content-Length": "0"})

    def answer_hang(self):
        self.server.closing.wait(30)

    def answer_drip(self):
        """A status that never ends, a byte every now and then: each byte restarts an ordinary timeout."""
        self.wfile.write(b"HTTP/1.1 ")
        while not self.server.closing.wait(0.1):
            self.wfile.write(b"0")

    def answer_huge(self):
        self.finish_head(200, **{"Content-Length": str(10 * 1024**3)})
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.wfile.write(b"x" * 65536)
            self.server.written += 65536

    def answer_rubbish(self):
        self.wfile.write(b"\x00\xff not http at all\r\n\r\n")


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the client hanging up is what the tests want


@contextmanager
def hostile_server():
    server = Quiet(("127.0.0.1", 0), Hostile)
    server.seen, server.written, server.closing = [], 0, threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

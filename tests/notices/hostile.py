"""A server on this machine that behaves as badly as the path asks."""

import gzip
import json
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


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

    def answer_said(self):
        """Exactly what the address asks for: ?status=…&body=…&retry=…"""
        wish = dict(parse_qsl(urlsplit(self.path).query))
        body = wish.get("body", "").encode()
        more = {"Retry-After": wish["retry"]} if "retry" in wish else {}
        self.finish_head(int(wish.get("status", 200)), **{"Content-Length": str(len(body))}, **more)
        self.wfile.write(body)

    def answer_chunked(self):
        self.finish_head(200, **{"Transfer-Encoding": "chunked"})
        for piece in (b'{"errcode"', b": 0}", b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def answer_large(self):
        """Ten megabytes that begin like a success."""
        body = b'{"errcode": 0, "code": 0, "more": "' + b"x" * 10 * 1024**2 + b'"}'
        self.finish_head(200, **{"Content-Length": str(len(body))})
        self.wfile.write(body)

    def answer_packed(self):
        """Fifty megabytes that travel as fifty kilobytes."""
        body = gzip.compress(b'{"errcode": 0, "code": 0}' + b" " * 50 * 1024**2)
        self.finish_head(200, **{"Content-Length": str(len(body)), "Content-Encoding": "gzip"})
        self.wfile.write(body)

    def answer_trickle(self):
        """A head at once and a body that never ends."""
        self.finish_head(200, **{"Content-Length": "100000"})
        while not self.server.closing.wait(0.1):
            self.wfile.write(b" ")

    def answer_rubbish(self):
        self.wfile.write(b"\x00\xff not http at all\r\n\r\n")


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the client hanging up is what the tests want


@contextmanager
def hostile_server(certificate=None):
    """With the path of a certificate and its key, over TLS."""
    server = Quiet(("127.0.0.1", 0), Hostile)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
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

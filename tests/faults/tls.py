"""Servers on loopback whose TLS is wrong in one way each."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import select
import socket
import socketserver
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(folder: Path, host: str = "127.0.0.1", begins: int = -1) -> Path:
    """A self-signed certificate of ``host`` with its key in one file, good from ``begins`` days from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today + datetime.timedelta(days=begins))
        .not_valid_after(today + datetime.timedelta(days=begins + 10))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def context(path: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made


class Front:
    """TLS before a plain server on loopback: what comes in through it goes on to that server's port."""

    def __init__(self, path: Path, port: int) -> None:
        """``path``: the certificate and its key. ``port``: of the plain server."""
        self._context = context(path)
        self._behind = ("127.0.0.1", port)
        self._era = 0
        front = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):  # a client that trusts nobody hangs up in the handshake
                    front._relay(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def _relay(self, connection: socket.socket) -> None:
        """One thread for both directions: a TLS connection is nothing for two."""
        connection.settimeout(20)
        era = self._era
        with (
            self._context.wrap_socket(connection, server_side=True) as outer,
            socket.create_connection(self._behind, 20) as inner,
        ):
            while era == self._era:
                ready = [outer] if outer.pending() else select.select([outer, inner], [], [], 0.1)[0]
                for came in ready:
                    piece = came.recv(65536)
                    if not piece:
                        return
                    (inner if came is outer else outer).sendall(piece)

    def hang_up(self) -> None:
        """Whoever wants more has to shake hands again."""
        self._era += 1

    def stop(self) -> None:
        self.hang_up()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

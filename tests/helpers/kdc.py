"""A Kerberos realm of its own in a folder: krb5kdc on loopback, keytabs, tickets, and a server that negotiates.

Needs Debian's krb5-kdc, krb5-admin-server and krb5-user, or what another system has in their place.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from loopback import answer, free_port

REALM = "DYNCLIENT.TEST"
SBIN = "/usr/sbin:/usr/local/sbin"


class Realm:
    """A realm with a database of its own; ``start`` runs its KDC, ``environment`` is that of its clients."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{folder / 'tickets'}",
            "KRB5_KTNAME": f"FILE:{folder / 'service.keytab'}",
        }
        self._kdc: subprocess.Popen | None = None
        self._write()

    def _write(self) -> None:
        (self.folder / "krb5.conf").write_text(
            f"""[libdefaults]
 default_realm = {REALM}
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {REALM} = {{
  kdc = 127.0.0.1:{self.port}
 }}
[domain_realm]
 localhost = {REALM}
 127.0.0.1 = {REALM}
""",
            encoding="ascii",
        )
        (self.folder / "kdc.conf").write_text(
            f"""[kdcdefaults]
 kdc_listen = 127.0.0.1:{self.port}
 kdc_tcp_listen = 127.0.0.1:{self.port}
[realms]
 {REALM} = {{
  database_name = {self.folder}/principal
  key_stash_file = {self.folder}/stash
  max_life = 1h
 }}
""",
            encoding="ascii",
        )

    def run(self, *command: str, text: str = "") -> None:
        path = f"{os.environ['PATH']}:{SBIN}"
        program = shutil.which(command[0], path=path)
        assert program, f"{command[0]} is not there: apt-get install krb5-kdc krb5-admin-server krb5-user"
        environment = {**os.environ, **self.environment}
        subprocess.run(
            [program, *command[1:]], input=text, encoding="utf-8", check=True, env=environment, capture_output=True
        )

    def start(self, *services: str) -> None:
        """Make the database, the user ``alice``, these services with their keys in a keytab, and run the KDC."""
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        self.run("kadmin.local", "-q", "addprinc -pw wonderland alice")
        for service in services:
            self.run("kadmin.local", "-q", f"addprinc -randkey {service}")
            self.run("kadmin.local", "-q", f"ktadd -k {self.folder}/service.keytab {service}")
        program = shutil.which("krb5kdc", path=f"{os.environ['PATH']}:{SBIN}")
        environment = {**os.environ, **self.environment}
        self._kdc = subprocess.Popen([program, "-n", "-P", str(self.folder / "kdc.pid")], env=environment)
        end = time.monotonic() + 10
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", self.port)):
                assert time.monotonic() < end, "krb5kdc does not listen"
                time.sleep(0.05)

    def kinit(self) -> None:
        """Get a ticket for alice."""
        self.run("kinit", "alice", text="wonderland\n")

    def kdestroy(self) -> None:
        """Throw all tickets away."""
        self.run("kdestroy", "-q")

    def stop(self) -> None:
        """End the KDC."""
        if self._kdc is not None:
            self._kdc.terminate()
            self._kdc.wait(10)


def negotiating(body: bytes, users: list[str]):
    """A script for ``loopback.Server``: lets in who negotiates, as Airflow's backend does, and notes the users."""
    import gssapi

    def script(exchange) -> None:
        scheme, _, token = exchange.seen.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "negotiate":
            answer(401, b'{"title": "Unauthorized"}', "WWW-Authenticate: Negotiate")(exchange)
            return
        try:
            context = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept"), usage="accept")
            reply = context.step(base64.b64decode(token))
        except gssapi.exceptions.GSSError:
            answer(403, b'{"title": "Forbidden"}')(exchange)
            return
        users.append(str(context.initiator_name))
        answer(200, body, f"WWW-Authenticate: Negotiate {base64.b64encode(reply or b'').decode()}")(exchange)

    return script

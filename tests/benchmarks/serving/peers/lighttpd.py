"""lighttpd before one process of a FastCGI program, as Debian packages both; it starts and ends it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.serving.servers import Dialect, Missing, Server, free_port, running


@contextmanager
def fast_cgi(
    name: str, program: Path, prefix: str, environment: Mapping[str, str], dialect: Dialect, folder: Path
) -> Iterator[Server]:
    """Serve what lies under a prefix by one long-lived process of a program: none is started per request."""
    lighttpd = shutil.which("lighttpd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    for wanted, package in ((program, "Debian's " + name), (lighttpd, "lighttpd")):
        if wanted is None or not Path(wanted).exists():
            raise Missing(f"{package} is not installed")
    assert lighttpd is not None
    port = free_port()
    given = ", ".join(f'"{key}" => "{value}"' for key, value in environment.items())
    chosen = folder / f"{program.name}.lighttpd.conf"
    chosen.write_text(f"""
server.modules = ("mod_fastcgi")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.max-keep-alive-requests = 1000000
fastcgi.server = ("{prefix}" => ((
  "socket" => "{folder}/{program.name}.socket", "bin-path" => "{program}", "check-local" => "disable",
  "max-procs" => 1, "fix-root-scriptname" => "enable", "bin-environment" => ({given})
)))
""")
    with running(name, [lighttpd, "-D", "-f", chosen], port, dialect, folder=folder) as server:
        yield server

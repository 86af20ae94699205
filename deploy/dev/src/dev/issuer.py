"""The development token issuer: publishes its public key, keeps the services' tokens fresh."""

import argparse
import os
import sys
import threading
import uuid
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
from joserfc.jwk import RSAKey

from dev.failure import NotStarted
from dev.key import make_key, read_key, sign
from dev.port import LOOPBACK

ENVIRONMENT = "LEIDRAAD_ENVIRONMENT"
SERVICE_ROLE = "service"
FRESH_SECONDS = 3600


def refuse_in_production(environment: str | None) -> None:
    if environment == "production":
        raise NotStarted("The development issuer does not start in production; use a real one.")


def address(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def write_service_tokens(folder: Path, key: RSAKey, issuer: str, services: Sequence[str]) -> None:
    """One file per service, replaced as a whole, so that a reader never sees half a token."""
    for service in services:
        subject = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:leidraad:{service}")
        unfinished = folder / f".{service}.jwt"
        unfinished.touch(mode=0o600)
        unfinished.write_text(sign(key, issuer, SERVICE_ROLE, subject=subject))
        unfinished.rename(folder / f"{service}.jwt")


def serve(port: int, folder: Path, services: Sequence[str]) -> None:
    key = read_key(folder) if (folder / "key.pem").exists() else make_key(folder)
    issuer = address(port)
    (folder / "issuer").write_text(issuer)
    _keep_fresh(folder, key, issuer, services)
    pages: dict[str, dict[str, object]] = {
        "/jwks.json": {"keys": [key.as_dict(private=False)]},
        "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/jwks.json"},
    }
    ThreadingHTTPServer((LOOPBACK, port), _handler(pages)).serve_forever()


def _keep_fresh(folder: Path, key: RSAKey, issuer: str, services: Sequence[str]) -> None:
    write_service_tokens(folder, key, issuer, services)
    timer = threading.Timer(FRESH_SECONDS, _keep_fresh, (folder, key, issuer, services))
    timer.daemon = True
    timer.start()


def _handler(pages: dict[str, dict[str, object]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            body = orjson.dumps(page if page is not None else {"title": "Not found"})
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.issuer", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--service", action="append", default=[], help="keep a token for it")
    arguments = parser.parse_args()
    try:
        refuse_in_production(os.environ.get(ENVIRONMENT))
    except NotStarted as failure:
        print(failure, file=sys.stderr)
        return 1
    arguments.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    serve(arguments.port, arguments.folder, arguments.service)
    return 0


if __name__ == "__main__":
    sys.exit(main())

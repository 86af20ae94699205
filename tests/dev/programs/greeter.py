"""A service as the stack sees one: it migrates, says that it is ready, and ends on request."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        given = {key: value for key, value in os.environ.items() if key.startswith("LEIDRAAD_")}
        body = json.dumps({"arguments": sys.argv[1:], "pid": os.getpid(), **given}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


def end(*_: object) -> None:
    sys.exit(0)


if sys.argv[1] == "migrate":
    Path("migrated").write_text(os.environ["LEIDRAAD_DATABASE_URL"])
elif os.environ.get("GREETER_FAILS"):
    sys.exit("the greeter was told to fail")
else:
    signal.signal(signal.SIGTERM, end)
    whole = sys.argv[1] in {"all", "api"}
    port = os.environ["LEIDRAAD_HTTP_PORT" if whole else "LEIDRAAD_METRICS_PORT"]
    HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()

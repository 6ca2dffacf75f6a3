"""Ten minutes of everything at once, and what it leaves behind.

usage: soak.py [--seconds N] [--every N] [--flood GIB]

Good and bad traffic runs against one gateway at the same time: plain requests, keys and limits, MCP calls, streams of
events, bodies of a megabyte both ways, upstreams that break off, never answer or answer garbage, unknown paths and keys,
clients that leave in the middle, and a configuration that is reloaded every few seconds. Before and after, each kind of
request is sent once and must have the answer that its row names. Every `--every` seconds one line tells the gateway's
resident memory, open files and threads; afterwards, with all load gone, once more. The run fails when memory at the end
is more than a fifth above what it was after the first tenth, when files stay open, or when a request that must succeed
fails.

With `--flood` one client instead downloads so many GiB in one answer, and the run fails when the gateway's memory grows
by more than 40 MiB.
"""

import argparse
import http.client
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import KEY, MCP_CALL, MCP_HEADERS
from load import LOAD_CPU, PROXY_CPU, REPOSITORY, TARGET, Server, wrk

REST, TOOLS, GATEWAY, ADMIN = 9203, 9202, 9580, 9582

API = """{{"properties": {{"displayName": "{name}", "path": "{name}", "protocols": ["http"],
"serviceUrl": "http://127.0.0.1:9203", "subscriptionRequired": false}}}}"""
SPECIFICATION = """{"openapi": "3.0.3", "info": {"title": "any", "version": "1"}, "paths": {
"/*": {"get": {"operationId": "get", "responses": {}}, "post": {"operationId": "post", "responses": {}}}}}"""
FAULTS = """<policies>
    <inbound><base /></inbound>
    <backend>
        <retry condition="@(context.Response == null || context.Response.StatusCode == 503)" count="1" interval="0">
            <forward-request timeout="1" buffer-request-body="true" />
        </retry>
    </backend>
    <outbound><base /></outbound>
    <on-error><base /><set-header name="X-Reason" exists-action="override"><value>@(context.LastError.Reason)</value></set-header></on-error>
</policies>
"""
BODIES = """<policies>
    <inbound><base /><set-variable name="size" value="@(context.Request.Body == null ? 0 : context.Request.Body.As&lt;byte[]&gt;(true).Length)" /></inbound>
    <backend><base /></backend>
    <outbound><base /><set-header name="X-Turn" exists-action="override"><value>{turn}</value></set-header></outbound>
    <on-error><base /></on-error>
</policies>
"""

MCP = "/tools-allowlist/mcp"

# Seconds that an answer may take. All load shares one processor, and hangs are told after two turns of a second.
PATIENCE = 30

BROKEN = "broken"


@dataclass
class Kind:
    """A kind of request: over how many connections, and what its answer is, a status or one that breaks off."""

    path: str
    connections: int
    answer: int | str = 200
    headers: dict = field(default_factory=dict)
    body: str | None = None


# An open API refuses a key that is not good for it, so only `chain` gets one.
KEYED = {"Ocp-Apim-Subscription-Key": KEY}
KINDS = [
    Kind("/plain/bytes?size=1024", 8),
    Kind("/chain/bytes?size=1024", 8, headers=KEYED),
    Kind("/events/events?count=100&interval=1", 4),
    Kind("/bodies/bytes?size=1048576", 2),
    Kind("/bodies/upload", 2, body="x" * 1048576),
    Kind(MCP, 4, headers=MCP_HEADERS, body=MCP_CALL),
    Kind("/faults/cut?after=1000", 2, BROKEN),
    Kind("/faults/status/503", 2, 503),
    Kind("/faults/hang", 4, 500),
    Kind("/nowhere", 2, 404),
    Kind("/chain/none", 2, 404, headers=KEYED),
    Kind("/chain/bytes", 2, 401, headers={"Ocp-Apim-Subscription-Key": "wrong"}),
]


def artifacts(folder):
    shutil.copytree(REPOSITORY / "bench/gateway", folder)
    for name, policy in (("faults", FAULTS), ("bodies", BODIES.format(turn=0))):
        api = folder / "apis" / name
        api.mkdir()
        (api / "apiInformation.json").write_text(API.format(name=name))
        (api / "specification.json").write_text(SPECIFICATION)
        (api / "policy.xml").write_text(policy)


def traffic(kind, seconds, folder, problems):
    folder = Path(tempfile.mkdtemp(dir=folder))
    scenario = {"headers": kind.headers, "connections": kind.connections, "timeout": PATIENCE}
    if kind.body:
        scenario["body"] = kind.body
    load = wrk(f"http://127.0.0.1:{GATEWAY}{kind.path}", seconds, scenario, folder)
    print(f"{kind.path:36} {kind.answer:>6} {load.requests:10} {load.says or 'none failed'}", flush=True)
    if kind.answer == 200 and load.failures:
        problems.append(f"{kind.path}: of {load.requests} requests some failed: {load.says}")
    if kind.answer != BROKEN and not load.requests:
        problems.append(f"{kind.path}: not one answer")


def answers(problems):
    """Sends each kind of request once; what is answered otherwise than its row says is a problem."""
    for kind in KINDS:
        client = http.client.HTTPConnection("127.0.0.1", GATEWAY, timeout=PATIENCE)
        try:
            client.request("POST" if kind.body else "GET", kind.path, kind.body, kind.headers)
            response = client.getresponse()
            response.read()
            answer = response.status
        except (OSError, http.client.HTTPException):
            answer = BROKEN
        finally:
            client.close()
        if answer != kind.answer:
            problems.append(f"{kind.path} is answered by {answer} instead of {kind.answer}")


def leavers(until):
    """Clients that go in the middle of a download, of an upload, and of a request's head."""
    heads = [
        b"GET /bodies/download?bytes=100000000 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /events/events?count=100000&interval=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /bodies/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 10_000,
        b"GET /plain/bytes HTTP/1.1\r\nHo",
    ]
    turn = 0
    while time.time() < until:
        with socket.create_connection(("127.0.0.1", GATEWAY), timeout=5) as client:
            client.sendall(heads[turn % len(heads)])
            time.sleep(0.01)
        turn += 1


def reloads(until, folder):
    turn = 0
    while time.time() < until:
        time.sleep(3)
        turn += 1
        new = folder / "new.xml"
        # Every fifth is refused: the last good one goes on.
        new.write_text(BODIES.format(turn=turn) if turn % 5 else "<policies><inbound>")
        new.replace(folder / "artifacts/apis/bodies/policy.xml")


def flood(gateway, gib, problems):
    """One answer that nobody could keep; a line for each GiB of it."""
    size, before, began = gib << 30, gateway.resident_mib(), time.time()
    client = http.client.HTTPConnection("127.0.0.1", GATEWAY, timeout=PATIENCE)
    client.request("GET", f"/bodies/flood?bytes={size}")
    response = client.getresponse()
    part, read, most = memoryview(bytearray(1 << 20)), 0, before
    print(f"{'GiB':>6} {'rss MiB':>8} {'MiB/s':>8}", flush=True)
    while length := response.readinto(part):
        if (read + length) >> 30 != read >> 30:
            most = max(most, gateway.resident_mib())
            print(f"{(read + length) >> 30:6} {gateway.resident_mib():8.1f} {(read + length) / (1 << 20) / (time.time() - began):8.0f}", flush=True)
        read += length
    if read != size:
        problems.append(f"{read} of {size} bytes came")
    if most > before + 40:
        problems.append(f"memory grew from {before:.1f} to {most:.1f} MiB")


def state(gateway):
    process = f"/proc/{gateway.process.pid}"
    return gateway.resident_mib(), len(os.listdir(process + "/fd")), len(os.listdir(process + "/task"))


def soak(gateway, arguments, folder, problems):
    """Everything at once."""
    samples = []
    idle = state(gateway)
    until = time.time() + arguments.seconds
    answers(problems)
    loads = [threading.Thread(target=traffic, args=(kind, arguments.seconds, folder, problems)) for kind in KINDS]
    loads += [threading.Thread(target=leavers, args=(until,)), threading.Thread(target=reloads, args=(until, folder))]
    for load in loads:
        load.start()
    print(f"{'s':>6} {'rss MiB':>8} {'files':>6} {'threads':>8}", flush=True)
    began = time.time()
    while time.time() < until:
        time.sleep(max(min(arguments.every, until - time.time()), 0.1))
        samples.append(state(gateway))
        memory, files, threads = samples[-1]
        print(f"{time.time() - began:6.0f} {memory:8.1f} {files:6} {threads:8}", flush=True)
    for load in loads:
        load.join()
    answers(problems)
    # Idle connections to the upstream are let go after a minute and a half.
    time.sleep(100)
    memory, files, threads = state(gateway)
    print(f"  idle {memory:8.1f} {files:6} {threads:8}; before {idle[0]:.1f} {idle[1]} {idle[2]}")
    early = samples[max(len(samples) // 10 - 1, 0)][0]
    if samples[-1][0] > early * 1.2:
        problems.append(f"memory grew from {early:.1f} to {samples[-1][0]:.1f} MiB")
    if files > idle[1] + 5:
        problems.append(f"{files - idle[1]} files stayed open")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--every", type=int, default=30)
    parser.add_argument("--flood", type=int, metavar="GIB")
    arguments = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        artifacts(folder / "artifacts")
        servers = []
        start = lambda *a: servers.append(Server(*a)) or servers[-1]
        try:
            start("rest", [str(TARGET / "peers"), "rest", "--listen", f"127.0.0.1:{REST}"], LOAD_CPU, f"http://127.0.0.1:{REST}/bytes")
            start("tools", [str(TARGET / "peers"), "tools", "--listen", f"127.0.0.1:{TOOLS}"], LOAD_CPU, f"http://127.0.0.1:{TOOLS}/mcp")
            command = [str(TARGET / "tollgate"), "serve", "--config", str(folder / "artifacts"), "--workers", "1"]
            command += ["--listen", f"127.0.0.1:{GATEWAY}", "--admin-listen", f"127.0.0.1:{ADMIN}"]
            gateway = start("tollgate", command, PROXY_CPU, f"http://127.0.0.1:{GATEWAY}/plain/bytes")
            if arguments.flood:
                flood(gateway, arguments.flood, problems)
            else:
                soak(gateway, arguments, folder, problems)
        finally:
            for server in reversed(servers):
                server.stop()
    for problem in problems:
        print(f"error: {problem}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

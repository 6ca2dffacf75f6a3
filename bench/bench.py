"""Compares the upstream alone, nginx and Tollgate in one run on one machine.

usage: bench.py [--seconds N] [--rounds N] [--rate N] [--only SCENARIO]

Each proxy runs one worker pinned to the first processor; the load generator and the upstream share the second. For
each scenario the candidates take turns (A B C, A B C, …), and the median of the rounds is printed:

  req/s      requests a second at full load, 32 keep-alive connections (wrk)
  cpu µs     CPU time of the proxy process a request, from /proc
  p50, p99   latency in µs at a fixed rate (h2load over HTTP/1.1), to be compared with the upstream alone
  rss MiB    resident memory of the proxy after the round
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from load import LOAD_CPU, PROXY_CPU, REPOSITORY, TARGET, Server, latency, wrk

KEY = "bench-primary-key-0001"

MCP_CALL = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "echo", "arguments": {"text": "hello"}}})
MCP_HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}

NGINX = """
worker_processes 1;
worker_cpu_affinity 01;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    limit_req_zone $http_ocp_apim_subscription_key zone=keys:10m rate=1000000r/s;
    map $http_ocp_apim_subscription_key $known {{ default 0; "{key}" 1; }}
    upstream rest {{ server 127.0.0.1:{rest}; keepalive 64; keepalive_requests 1000000000; }}
    upstream tools {{ server 127.0.0.1:{tools}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location /plain/ {{ proxy_pass http://rest/; }}
        location /chain/ {{
            if ($known = 0) {{ return 401; }}
            limit_req zone=keys burst=100000 nodelay;
            proxy_set_header Connection "";
            proxy_set_header X-Team alpha;
            proxy_set_header X-Gateway bench;
            proxy_pass http://rest/;
        }}
        location /events/ {{ proxy_buffering off; proxy_pass http://rest/; }}
        location = /tools-allowlist/mcp {{
            proxy_set_header Connection "";
            proxy_set_header Host 127.0.0.1:{tools};
            proxy_pass http://tools/mcp;
        }}
    }}
}}
"""


SCENARIOS = {
    "plain": {"says": "pass-through, GET, 1 KiB answer", "path": "/plain/bytes?size=1024", "direct": "/bytes?size=1024", "headers": {}},
    "chain": {
        "says": "subscription key, two headers set, a rate limit; GET, 1 KiB answer",
        "path": "/chain/bytes?size=1024", "direct": "/bytes?size=1024", "headers": {"Ocp-Apim-Subscription-Key": KEY},
    },
    "mcp": {
        "says": "MCP tools/call under the allow-list policy, against a real MCP server",
        "path": "/tools-allowlist/mcp", "direct": "/mcp", "upstream": "tools", "headers": MCP_HEADERS, "body": MCP_CALL,
    },
    "sse": {
        "says": "a stream of 1,000 server-sent events, one a millisecond (figures are per stream)",
        "path": "/events/events?count=1000&interval=0", "direct": "/events?count=1000&interval=0", "headers": {}, "rate": 40,
    },
}


def measure(candidates, scenario, arguments, folder):
    results = {name: [] for name in candidates}
    for _ in range(arguments.rounds):
        for name, (server, base) in candidates.items():
            upstream = scenario.get("upstream", "rest")
            url = base[upstream] + scenario["direct"] if isinstance(base, dict) else base + scenario["path"]
            measured = server[upstream] if isinstance(server, dict) else server
            wrk(url, 1, scenario, folder)
            before = measured.cpu_seconds()
            load = wrk(url, arguments.seconds, scenario, folder)
            cpu = (measured.cpu_seconds() - before) * 1e6 / max(load.requests, 1)
            middle, high = latency(url, scenario.get("rate", arguments.rate), 4, scenario, folder)
            results[name].append((load.per_second, cpu, middle, high, measured.resident_mib(), load.failures))
    return results


def report(title, scenario, results):
    print(f"\n{title}: {scenario['says']}")
    print(f"  {'':10} {'req/s':>9} {'cpu µs':>8} {'p50 µs':>8} {'p99 µs':>8} {'rss MiB':>8} {'failed':>7}")
    for name, rounds in results.items():
        columns = [statistics.median(values) for values in zip(*rounds)]
        print(f"  {name:10} {columns[0]:9.0f} {columns[1]:8.1f} {columns[2]:8.0f} {columns[3]:8.0f} {columns[4]:8.1f} {columns[5]:7.0f}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--only", choices=SCENARIOS)
    arguments = parser.parse_args()
    if os.cpu_count() < 2:
        sys.exit("error: the measurement needs two processors: one for the proxy, one for load and upstream")
    rest, tools, nginx_port, gateway_port, admin_port = 9203, 9202, 9281, 9280, 9282
    servers = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            start = lambda *a: servers.append(Server(*a)) or servers[-1]
            upstreams = {
                "rest": start("rest", [str(TARGET / "peers"), "rest", "--listen", f"127.0.0.1:{rest}"], LOAD_CPU, f"http://127.0.0.1:{rest}/bytes"),
                "tools": start("tools", [str(TARGET / "peers"), "tools", "--listen", f"127.0.0.1:{tools}"], LOAD_CPU, f"http://127.0.0.1:{tools}/mcp"),
            }
            configuration = folder / "nginx.conf"
            configuration.write_text(NGINX.format(folder=folder, rest=rest, tools=tools, port=nginx_port, key=KEY))
            nginx = start("nginx", ["nginx", "-c", str(configuration), "-p", str(folder)], PROXY_CPU, f"http://127.0.0.1:{nginx_port}/plain/bytes")
            command = [str(TARGET / "tollgate"), "serve", "--config", str(REPOSITORY / "bench/gateway"), "--workers", "1"]
            command += ["--listen", f"127.0.0.1:{gateway_port}", "--admin-listen", f"127.0.0.1:{admin_port}"]
            tollgate = start("tollgate", command, PROXY_CPU, f"http://127.0.0.1:{gateway_port}/plain/bytes")
            candidates = {
                "upstream": (upstreams, {"rest": f"http://127.0.0.1:{rest}", "tools": f"http://127.0.0.1:{tools}"}),
                "nginx": (nginx, f"http://127.0.0.1:{nginx_port}"),
                "tollgate": (tollgate, f"http://127.0.0.1:{gateway_port}"),
            }
            for title, scenario in SCENARIOS.items():
                if arguments.only in (None, title):
                    report(title, scenario, measure(candidates, scenario, arguments, folder))
        finally:
            for server in reversed(servers):
                server.stop()


if __name__ == "__main__":
    main()

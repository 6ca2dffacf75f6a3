"""Compares the upstream alone, nginx and Tollgate in one run on one machine.

usage: bench.py [--seconds N] [--rounds N] [--rate N] [--only SCENARIO]

Each proxy runs one worker pinned to the first processor; the load generator and the upstream share the second. For
each scenario the candidates take turns (A B C, A B C, …), and the median of the rounds is printed:

  req/s      requests a second at full load, 32 keep-alive connections (wrk)
  cpu µs     CPU time of the proxy process a request, from /proc/PID/stat
  p50, p99   latency in µs at a fixed rate (h2load over HTTP/1.1), to be compared with the upstream alone
  rss MiB    resident memory of the proxy after the round
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"
PROXY_CPU, LOAD_CPU = "0", "1"
CONNECTIONS = 32
KEY = "bench-primary-key-0001"
TICK = os.sysconf("SC_CLK_TCK")

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


class Server:
    """A program under load: started, awaited until it answers, measured, stopped."""

    def __init__(self, name, command, cpu, ready):
        self.name = name
        self.process = subprocess.Popen(["taskset", "-c", cpu, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.time() + 20
        while True:
            try:
                urllib.request.urlopen(ready, timeout=1)
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                if time.time() > deadline or self.process.poll() is not None:
                    sys.exit(f"error: {name} did not start: {' '.join(command)}")
                time.sleep(0.05)

    def processes(self):
        """The process and its children (nginx's worker)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self):
        total = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def resident_mib(self):
        total = 0
        for pid in self.processes():
            total += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
        return total / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()


def wrk(url, seconds, scenario, folder):
    """Full load; returns requests, requests a second, failures."""
    script = folder / "wrk.lua"
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in scenario["headers"].items()]
    if "body" in scenario:
        lines += ['wrk.method = "POST"', f"wrk.body = {json.dumps(scenario['body'])}"]
    script.write_text("\n".join(lines))
    command = ["taskset", "-c", LOAD_CPU, "wrk", "-t1", f"-c{scenario.get('connections', CONNECTIONS)}", f"-d{seconds}s", "-s", str(script), url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failures = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    failures += sum(int(n) for line in re.findall(r"Socket errors: (.*)", out) for n in re.findall(r"\d+", line))
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), failures


def latency(url, rate, seconds, scenario, folder):
    """Fixed rate over 8 connections; returns the median and the 99th percentile in µs."""
    log = folder / "h2load.log"
    log.unlink(missing_ok=True)
    clients = 8
    command = ["taskset", "-c", LOAD_CPU, "h2load", "--h1", f"-c{clients}", "-t1", f"-n{rate * seconds}", f"--rps={rate // clients}", f"--log-file={log}"]
    for name, value in scenario["headers"].items():
        command += ["-H", f"{name}: {value}"]
    if "body" in scenario:
        body = folder / "message.json"
        body.write_text(scenario["body"])
        command += ["-d", str(body)]
    subprocess.run([*command, url], capture_output=True, check=True)
    times = sorted(int(line.split()[2]) for line in log.read_text().splitlines())
    return times[len(times) // 2], times[len(times) * 99 // 100]


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
            requests, per_second, failures = wrk(url, arguments.seconds, scenario, folder)
            cpu = (measured.cpu_seconds() - before) * 1e6 / max(requests, 1)
            middle, high = latency(url, scenario.get("rate", arguments.rate), 4, scenario, folder)
            results[name].append((per_second, cpu, middle, high, measured.resident_mib(), failures))
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

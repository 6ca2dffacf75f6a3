"""What limits cost that gateways share: the same policies with their counters in the process and in a Redis beside it.

usage: shared.py [--seconds N] [--rounds N] [--rate N]

Two gateways, one worker each, on the first processor take turns; the second one's counters are in a redis-server, which
shares the second processor with the load generator and the upstream. For each policy the median of the rounds is printed:

  req/s      requests a second at full load, 32 keep-alive connections (wrk)
  cpu µs     CPU time of the gateway a request, and of the redis-server
  p50, p99   latency in µs at a fixed rate (h2load over HTTP/1.1)
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from load import LOAD_CPU, PROXY_CPU, TARGET, Server, latency, wrk
from policies import BYTES, UPSTREAM, Row, api_path, artifacts

REDIS, PORTS = 9490, {"in process": (9480, 9482), "in Redis": (9484, 9486)}

LIMIT = 'counter-key="@(context.Request.IpAddress)"'
ROWS = [
    Row("plain"),
    Row("rate-limit-by-key", f'<rate-limit-by-key calls="1000000000" renewal-period="60" {LIMIT} />'),
    Row("quota-by-key, calls", f'<quota-by-key calls="1000000000" renewal-period="3600" {LIMIT} />'),
    Row("quota-by-key, calls and bytes", f'<quota-by-key calls="1000000000" bandwidth="4000000000" renewal-period="3600" {LIMIT} />'),
    Row("both", f'<rate-limit-by-key calls="1000000000" renewal-period="60" {LIMIT} /><quota-by-key calls="1000000000" renewal-period="3600" {LIMIT} />'),
]


def measure(gateway, redis, url, arguments, folder):
    scenario = {"headers": {}}
    wrk(url, 1, scenario, folder)
    before = gateway.cpu_seconds(), redis.cpu_seconds()
    load = wrk(url, arguments.seconds, scenario, folder)
    if load.failures or not load.requests:
        raise SystemExit(f"error: {url}: of {load.requests} requests some failed: {load.says}")
    used = (after - start for after, start in zip((gateway.cpu_seconds(), redis.cpu_seconds()), before))
    return load.per_second, *(seconds * 1e6 / load.requests for seconds in used), *latency(url, arguments.rate, 4, scenario, folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000)
    arguments = parser.parse_args()
    servers = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        artifacts(folder / "artifacts", ROWS)
        try:
            start = lambda *a, **more: servers.append(Server(*a, **more)) or servers[-1]
            start("rest", [str(TARGET / "peers"), "rest", "--listen", f"127.0.0.1:{UPSTREAM}"], LOAD_CPU, f"http://127.0.0.1:{UPSTREAM}/bytes")
            command = ["redis-server", "--port", str(REDIS), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            redis = start("redis-server", command, LOAD_CPU, f"tcp://127.0.0.1:{REDIS}")
            gateways = {}
            for kind, (port, admin) in PORTS.items():
                command = [str(TARGET / "tollgate"), "serve", "--config", str(folder / "artifacts"), "--workers", "1"]
                command += ["--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{admin}"]
                more = {"TOLLGATE_REDIS": f"redis://127.0.0.1:{REDIS}"} if kind == "in Redis" else {}
                gateways[kind] = start("tollgate", command, PROXY_CPU, f"http://127.0.0.1:{port}/row-plain/bytes", environment=more)
            print(f"{'policy':30} {'counters':10} {'req/s':>8} {'cpu µs':>8} {'Redis µs':>9} {'p50 µs':>7} {'p99 µs':>7}")
            for row in ROWS:
                rounds = {kind: [] for kind in gateways}
                for _ in range(arguments.rounds):
                    for kind, gateway in gateways.items():
                        url = f"http://127.0.0.1:{PORTS[kind][0]}/{api_path(row)}/{BYTES}"
                        rounds[kind].append(measure(gateway, redis, url, arguments, folder))
                for kind, found in rounds.items():
                    speed, cpu, shared, middle, high = (statistics.median(values) for values in zip(*found))
                    print(f"{row.name:30} {kind:10} {speed:8.0f} {cpu:8.1f} {shared:9.1f} {middle:7.0f} {high:7.0f}", flush=True)
        finally:
            for server in reversed(servers):
                server.stop()


if __name__ == "__main__":
    main()

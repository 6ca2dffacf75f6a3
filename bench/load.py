"""What the measurements share: programs under load, and the loads."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"
PROXY_CPU, LOAD_CPU = "0", "1"
CONNECTIONS = 32


class Server:
    """A program under load: started, awaited until it answers (`ready`, a URL; `tcp://` until it listens), measured,
    stopped."""

    def __init__(self, name, command, cpu, ready, environment=None):
        self.name = name
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(["taskset", "-c", cpu, *command], env=os.environ | (environment or {}), **quiet)
        deadline = time.time() + 20
        while True:
            try:
                if ready.startswith("tcp://"):
                    host, port = ready.removeprefix("tcp://").split(":")
                    socket.create_connection((host, int(port)), timeout=1).close()
                else:
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
        """CPU time of all its threads, to the nanosecond."""
        threads = (thread for pid in self.processes() for thread in Path(f"/proc/{pid}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

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


class Load(NamedTuple):
    """What became of a load."""

    requests: int
    per_second: float
    failures: int
    # What went wrong, in wrk's words; empty when nothing did.
    says: str


def wrk(url, seconds, scenario, folder):
    """Full load; a `timeout` of the scenario is how many seconds an answer may take (2)."""
    script = folder / "wrk.lua"
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in scenario["headers"].items()]
    if "body" in scenario:
        lines += ['wrk.method = "POST"', f"wrk.body = {json.dumps(scenario['body'])}"]
    if "paths" in scenario:
        paths = ", ".join(json.dumps(path) for path in scenario["paths"])
        lines += [f"local paths, turn = {{{paths}}}, 0", "request = function() turn = turn % #paths + 1; return wrk.format(nil, paths[turn]) end"]
    script.write_text("\n".join(lines))
    command = ["taskset", "-c", LOAD_CPU, "wrk", "-t1", f"-c{scenario.get('connections', CONNECTIONS)}", f"-d{seconds}s"]
    command += ["--timeout", f"{scenario.get('timeout', 2)}s", "-s", str(script), url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    said = re.findall(r"(?:Non-2xx|Socket errors).*", out)
    failures = sum(int(number) for line in said for number in re.findall(r"\b\d+\b", line))
    requests, per_second = re.search(r"(\d+) requests in", out)[1], re.search(r"Requests/sec:\s+([\d.]+)", out)[1]
    return Load(int(requests), float(per_second), failures, "; ".join(said))


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

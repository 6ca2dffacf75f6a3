"""What a large estate costs: 5,000 APIs with 50,000 operations in one artifact folder.

usage: scale.py [--apis N] [--seconds N] [--reloads N]

Printed, for one API and for all of them:

  files, MB    the folder
  check        `tollgate check`, start to end
  ready        the gateway's start, until it answers a request
  rss MiB      resident memory of the gateway, ready and idle
  cpu µs       CPU time a request, operations of all APIs asked in turn
  reload ms    from the change of one API's policy file to its first effect, the median and the worst

Every API has ten operations (an OpenAPI document with path templates and query parameters), a policy document with an
expression, a product in fifty; there is one subscription for each product.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from load import LOAD_CPU, PROXY_CPU, TARGET, Server, wrk

UPSTREAM, GATEWAY, ADMIN = 9303, 9380, 9382

GLOBAL = """<policies>
    <inbound>
        <set-header name="X-Request-Id" exists-action="skip"><value>@(context.RequestId.ToString())</value></set-header>
    </inbound>
    <backend><forward-request timeout="30" /></backend>
    <outbound />
    <on-error />
</policies>
"""

POLICY = """<policies>
    <inbound>
        <base />
        <choose>
            <when condition="@(context.Request.Headers.GetValueOrDefault(&quot;X-Mode&quot;, &quot;&quot;) == &quot;off&quot;)">
                <return-response><set-status code="503" reason="Off" /></return-response>
            </when>
        </choose>
        <set-header name="X-Api" exists-action="override"><value>{name}</value></set-header>
    </inbound>
    <backend><base /></backend>
    <outbound>
        <base />
        <set-header name="X-Version" exists-action="override"><value>{version}</value></set-header>
    </outbound>
    <on-error><base /></on-error>
</policies>
"""


def specification(name):
    """Ten operations: five resources, each read by id and created."""
    text = {"schema": {"type": "string"}}
    paths = {"/bytes": {"get": {"operationId": "bytes", "responses": {"200": {"description": "Bytes"}}}}}
    for resource in ("orders", "customers", "invoices", "shipments"):
        one = {"name": "id", "in": "path", "required": True, **text}
        page = {"name": "page", "in": "query", **text}
        answer = {"200": {"description": f"A {resource} answer", "content": {"application/json": {"schema": {"type": "object"}}}}}
        paths[f"/{resource}"] = {
            "get": {"operationId": f"list-{resource}", "parameters": [page], "responses": answer},
            "post": {"operationId": f"create-{resource}", "responses": answer},
        }
        paths[f"/{resource}/{{id}}"] = {"get": {"operationId": f"get-{resource}", "parameters": [one], "responses": answer}}
    # Ten, with bytes.
    del paths["/shipments"]["post"], paths["/shipments/{id}"], paths["/invoices"]["post"]
    return {"openapi": "3.0.3", "info": {"title": name, "version": "1"}, "paths": paths}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))


def estate(folder, apis):
    write(folder / "policy.xml", GLOBAL)
    for number in range(apis):
        name = f"api-{number:05}"
        properties = {
            "displayName": name, "path": f"team-{number % 100}/{name}", "protocols": ["https"],
            "serviceUrl": f"http://127.0.0.1:{UPSTREAM}", "subscriptionRequired": False,
        }
        write(folder / "apis" / name / "apiInformation.json", {"properties": properties})
        write(folder / "apis" / name / "specification.json", specification(name))
        write(folder / "apis" / name / "policy.xml", POLICY.format(name=name, version=0))
    for number in range(0, apis, 100):
        product = f"product-{number // 100:03}"
        members = [{"name": f"api-{api:05}"} for api in range(number, min(number + 50, apis))]
        write(folder / "products" / product / "productInformation.json", {"properties": {"displayName": product, "subscriptionRequired": True, "state": "published"}})
        write(folder / "products" / product / "apis.json", members)
        write(folder / "subscriptions" / product / "subscriptionInformation.json", {"properties": {
            "displayName": product, "scope": f"/products/{product}", "state": "active", "primaryKey": f"key-of-{product}-0001"}})


def target(number):
    return f"/team-{number % 100}/api-{number:05}/bytes?size=100"


def version(number):
    with urllib.request.urlopen(f"http://127.0.0.1:{GATEWAY}{target(number)}", timeout=5) as answer:
        return answer.headers["X-Version"]


def reload_times(folder, apis, count):
    """From the change of a file, renamed into place, until a request shows it."""
    times = []
    for turn in range(1, count + 1):
        number = turn * 7919 % apis
        name = f"api-{number:05}"
        prepared = folder.parent / "policy.new"
        prepared.write_text(POLICY.format(name=name, version=turn))
        started = time.perf_counter()
        prepared.replace(folder / "apis" / name / "policy.xml")
        while version(number) != str(turn):
            if time.perf_counter() - started > 60:
                sys.exit("error: the change of a policy has no effect")
            time.sleep(0.001)
        times.append((time.perf_counter() - started) * 1000)
        time.sleep(0.5)
    return times


def measure(folder, apis, arguments):
    artifacts = folder / f"of-{apis}"
    estate(artifacts, apis)
    files = [path for path in artifacts.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    started = time.perf_counter()
    check = subprocess.run([str(TARGET / "tollgate"), "check", str(artifacts)], capture_output=True, text=True)
    checked = time.perf_counter() - started
    if check.returncode != 0:
        sys.exit(check.stdout[-2000:] + check.stderr[-2000:])
    command = [str(TARGET / "tollgate"), "serve", "--config", str(artifacts), "--workers", "1"]
    command += ["--listen", f"127.0.0.1:{GATEWAY}", "--admin-listen", f"127.0.0.1:{ADMIN}"]
    started = time.perf_counter()
    gateway = Server("tollgate", command, PROXY_CPU, f"http://127.0.0.1:{GATEWAY}{target(0)}")
    try:
        ready = time.perf_counter() - started
        resident = gateway.resident_mib()
        scenario = {"headers": {}, "paths": [target(number) for number in range(0, apis, max(apis // 500, 1))]}
        base = f"http://127.0.0.1:{GATEWAY}"
        wrk(base, 1, scenario, folder)
        before = gateway.cpu_seconds()
        load = wrk(base, arguments.seconds, scenario, folder)
        cpu = (gateway.cpu_seconds() - before) * 1e6 / max(load.requests, 1)
        if load.failures:
            sys.exit(f"error: requests failed: {load.says}")
        reloads = reload_times(artifacts, apis, arguments.reloads)
        after = gateway.resident_mib()
    finally:
        gateway.stop()
        shutil.rmtree(artifacts)
    print(f"{apis:6} {len(files):7} {size:6.1f} {checked * 1000:9.0f} {ready * 1000:9.0f} {resident:8.1f} {after:8.1f} {cpu:7.1f}"
          f" {statistics.median(reloads):9.1f} {max(reloads):9.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--apis", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--reloads", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        upstream = Server("rest", [str(TARGET / "peers"), "rest", "--listen", f"127.0.0.1:{UPSTREAM}"], LOAD_CPU, f"http://127.0.0.1:{UPSTREAM}/bytes")
        try:
            print("  apis   files     MB  check ms  ready ms  rss MiB    after  cpu µs reload ms  worst ms")
            for apis in sorted({1, arguments.apis}):
                measure(folder, apis, arguments)
        finally:
            upstream.stop()


if __name__ == "__main__":
    main()

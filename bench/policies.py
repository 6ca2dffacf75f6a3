"""What each policy costs alone, in µs of CPU a request over the plain pass-through.

usage: policies.py [--seconds N] [--rounds N] [--only NAME]

Each policy stands alone in an API of its own. It takes short turns with the API that it is compared with (the plain one,
or the one without it that the row names), so that what the machine does meanwhile falls on both. What else runs only
adds to a turn, so the figure is the difference between the lowest turn of each; the median of the differences stands
beside it, and where the two are far apart, the machine was not quiet. CPU is the gateway's own, one worker on the first
processor; load generator and upstream share the second.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from load import LOAD_CPU, PROXY_CPU, TARGET, Server, wrk

UPSTREAM, GATEWAY, ADMIN = 9403, 9480, 9482
BYTES, ECHO = "bytes?size=1024", "echo"
XML = "<orders>" + "".join(f'<order id="{n}"><item>bolt</item><amount>{n}</amount></order>' for n in range(12)) + "</orders>"
JSON = json.dumps({"orders": [{"id": n, "item": "bolt", "amount": n} for n in range(20)]})
TOKEN = "bench-token-of-a-caller"


@dataclass
class Row:
    """A policy alone: what stands in which section, and what it is compared with."""

    name: str
    inbound: str = ""
    outbound: str = ""
    backend: str = "<forward-request />"
    path: str = BYTES
    headers: dict = field(default_factory=dict)
    body: str | None = None
    over: str = "plain"


def set_body(text):
    return f"<set-body>{text.replace('&', '&amp;').replace('<', '&lt;')}</set-body>"


ROWS = [
    Row("plain"),
    Row("echo", path=ECHO),
    Row("posted", path=ECHO, body=JSON, headers={"Content-Type": "application/json"}),
    Row("xml set", outbound=set_body(XML)),
    Row("json set", outbound=set_body(JSON)),
    Row("set-variable", '<set-variable name="team" value="alpha" />'),
    Row("set-variable, an expression", '<set-variable name="ip" value="@(context.Request.IpAddress)" />'),
    Row("set-header", '<set-header name="X-Team" exists-action="override"><value>alpha</value></set-header>'),
    Row("set-header, an expression", '<set-header name="X-Ip" exists-action="override"><value>@(context.Request.IpAddress)</value></set-header>'),
    Row("set-header, outbound", outbound='<set-header name="X-Team" exists-action="override"><value>alpha</value></set-header>'),
    Row("set-query-parameter", '<set-query-parameter name="team" exists-action="override"><value>alpha</value></set-query-parameter>'),
    Row("set-method", "<set-method>GET</set-method>"),
    Row("rewrite-uri", '<rewrite-uri template="/bytes?size=1024" copy-unmatched-params="false" />'),
    Row("set-backend-service", f'<set-backend-service base-url="http://127.0.0.1:{UPSTREAM}" />'),
    Row("choose, three conditions", """<choose>
        <when condition="@(context.Request.Method == &quot;PUT&quot;)"><return-response /></when>
        <when condition="@(context.Request.Headers.ContainsKey(&quot;X-No&quot;))"><return-response /></when>
        <when condition="@(context.Request.Url.Path.EndsWith(&quot;/no&quot;))"><return-response /></when>
    </choose>"""),
    Row("include-fragment", '<include-fragment fragment-id="one" />'),
    Row("retry", backend='<retry condition="@(context.Response.StatusCode == 503)" count="3" interval="1"><forward-request buffer-request-body="false" /></retry>'),
    Row("limit-concurrency", backend='<limit-concurrency key="one" max-count="1000"><forward-request /></limit-concurrency>'),
    Row("rate-limit-by-key", '<rate-limit-by-key calls="1000000000" renewal-period="60" counter-key="@(context.Request.IpAddress)" />'),
    Row("quota-by-key", '<quota-by-key calls="1000000000" renewal-period="3600" counter-key="@(context.Request.IpAddress)" />'),
    Row("ip-filter", '<ip-filter action="allow"><address-range from="127.0.0.0" to="127.255.255.255" /></ip-filter>'),
    Row("check-header", '<check-header name="X-Token" failed-check-httpcode="401" failed-check-error-message="no" ignore-case="false"><value>' + TOKEN + "</value></check-header>", headers={"X-Token": TOKEN}),
    Row("cors", "<cors><allowed-origins><origin>https://portal.example</origin></allowed-origins></cors>", headers={"Origin": "https://portal.example"}),
    Row("validate-jwt, HS256", '<validate-jwt header-name="Authorization" require-expiration-time="false"><issuer-signing-keys><key>MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=</key></issuer-signing-keys></validate-jwt>',
        headers={"Authorization": "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJiZW5jaCJ9.{signature}"}),
    Row("authentication-basic", '<authentication-basic username="bench" password="secret" />'),
    Row("cache-lookup-value, found", '<cache-lookup-value key="one" variable-name="one" default-value="1" /><cache-store-value key="one" value="1" duration="600" />'),
    Row("emit-metric", '<emit-metric name="requests" namespace="bench"><dimension name="API ID" /></emit-metric>'),
    Row("trace, below the level", '<trace source="bench" severity="verbose"><message>seen</message></trace>'),
    Row("mock-response", '<mock-response status-code="200" content-type="application/json" />'),
    Row("return-response", "<return-response><set-status code=\"200\" reason=\"OK\" /></return-response>"),
    Row("set-body, Liquid", outbound="<set-body template=\"liquid\">{&quot;host&quot;: &quot;{{context.Request.Url.Host}}&quot;}</set-body>"),
    Row("find-and-replace, 1 KiB", outbound='<find-and-replace from="bench" to="test" />', path=ECHO, over="echo"),
    Row("redirect-content-urls, 1 KiB", outbound="<redirect-content-urls />", path=ECHO, over="echo"),
    Row("body read as JObject, 1 KiB", '<set-variable name="n" value="@(context.Request.Body.As&lt;JObject&gt;(true)[&quot;orders&quot;].Count())" />', path=ECHO, body=JSON, headers={"Content-Type": "application/json"}, over="posted"),
    Row("xml-to-json, 1 KiB", outbound=set_body(XML) + '<xml-to-json kind="direct" apply="always" consider-accept-header="false" />', over="xml set"),
    Row("json-to-xml, 1 KiB", outbound=set_body(JSON) + '<json-to-xml apply="always" consider-accept-header="false" />', over="json set"),
    Row("send-request", f'<send-request mode="new" response-variable-name="other" timeout="10" ignore-error="false"><set-url>http://127.0.0.1:{UPSTREAM}/bytes?size=100</set-url><set-method>GET</set-method></send-request>'),
]

DOCUMENT = """<policies>
    <inbound><base />{inbound}</inbound>
    <backend>{backend}</backend>
    <outbound><base />{outbound}</outbound>
    <on-error><base /></on-error>
</policies>
"""


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def api_path(row):
    return "row-" + "".join(letter if letter.isalnum() else "-" for letter in row.name)


def signed(token):
    """The token with its signature, by the key in the row's policy."""
    import base64
    import hashlib
    import hmac

    body = token.rsplit(".", 1)[0]
    digest = hmac.new(b"01234567890123456789012345678901", body.split(" ")[1].encode(), hashlib.sha256).digest()
    return body + "." + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def artifacts(folder, rows):
    write(folder / "policy.xml", DOCUMENT.format(inbound="", outbound="", backend="<forward-request />").replace("<base />", ""))
    write(folder / "policy fragments" / "one" / "policyFragmentInformation.json", {"properties": {"description": "one"}})
    write(folder / "policy fragments" / "one" / "policy.xml", '<fragment><set-variable name="team" value="alpha" /></fragment>')
    specification = {"openapi": "3.0.3", "info": {"title": "rows", "version": "1"}, "paths": {
        "/bytes": {"get": {"operationId": "bytes", "parameters": [{"name": "size", "in": "query", "schema": {"type": "integer"}}], "responses": {
            "200": {"description": "Bytes", "content": {"application/json": {"example": {"ok": True}}}}}}},
        "/echo": {
            "get": {"operationId": "echo", "responses": {"200": {"description": "The request"}}},
            "post": {"operationId": "echo-posted", "responses": {"200": {"description": "The request"}}},
        },
    }}
    for row in rows:
        name = api_path(row)
        write(folder / "apis" / name / "apiInformation.json", {"properties": {
            "displayName": name, "path": name, "protocols": ["http"], "serviceUrl": f"http://127.0.0.1:{UPSTREAM}", "subscriptionRequired": False}})
        write(folder / "apis" / name / "specification.json", specification)
        write(folder / "apis" / name / "policy.xml", DOCUMENT.format(inbound=row.inbound, outbound=row.outbound, backend=row.backend))


def cpu(gateway, row, seconds, folder):
    headers = {name: signed(value) if "{signature}" in value else value for name, value in row.headers.items()}
    scenario = {"headers": headers} | ({"body": row.body} if row.body else {})
    url = f"http://127.0.0.1:{GATEWAY}/{api_path(row)}/{row.path}"
    before = gateway.cpu_seconds()
    load = wrk(url, seconds, scenario, folder)
    if load.failures or not load.requests:
        sys.exit(f"error: {row.name}: of {load.requests} requests some failed: {load.says}")
    return (gateway.cpu_seconds() - before) * 1e6 / load.requests


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=[row.name for row in ROWS])
    arguments = parser.parse_args()
    rows = {row.name: row for row in ROWS}
    wanted = [row for row in ROWS if arguments.only in (None, row.name)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        artifacts(folder / "artifacts", ROWS)
        upstream = Server("rest", [str(TARGET / "peers"), "rest", "--listen", f"127.0.0.1:{UPSTREAM}"], LOAD_CPU, f"http://127.0.0.1:{UPSTREAM}/bytes")
        try:
            command = [str(TARGET / "tollgate"), "serve", "--config", str(folder / "artifacts"), "--workers", "1"]
            command += ["--listen", f"127.0.0.1:{GATEWAY}", "--admin-listen", f"127.0.0.1:{ADMIN}"]
            gateway = Server("tollgate", command, PROXY_CPU, f"http://127.0.0.1:{GATEWAY}/row-plain/bytes")
            try:
                print(f"{'policy':34} {'over':12} {'CPU µs':>8} {'median':>8}")
                for row in wanted:
                    base = rows[row.over]
                    cpu(gateway, row, 1, folder)
                    turns = [(cpu(gateway, row, arguments.seconds, folder), 0 if row is base else cpu(gateway, base, arguments.seconds, folder))
                             for _ in range(arguments.rounds)]
                    own, others = zip(*turns)
                    middle = statistics.median(one - other for one, other in turns)
                    print(f"{row.name:34} {'nothing' if row is base else row.over:12} {min(own) - min(others):8.1f} {middle:8.1f}", flush=True)
            finally:
                gateway.stop()
        finally:
            upstream.stop()


if __name__ == "__main__":
    main()

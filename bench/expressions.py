#!/usr/bin/env python3
"""Times policy expressions, compiled cold and run warm, beside the same ones in real C# (Mono) where that is installed.

Every case runs on one recorded exchange. Its body's tree is read once per message here, as it is in the gateway; .NET's
`As<JObject>` reads the text anew each time, and that is part of the times of C#.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

repository = Path(__file__).resolve().parent.parent
oracle = repository / "crates/expression/oracle/oracle"

MESSAGE = 'var message = context.Request.Body.As<JObject>(preserveContent: true);'
METHOD = 'string.Equals((string)message["method"], "%s", StringComparison.OrdinalIgnoreCase)'
LIST = f'@{{ {MESSAGE} return message != null && {METHOD % "tools/list"}; }}'
CALL = (
    f'@{{ {MESSAGE} return message != null && {METHOD % "tools/call"} && string.Equals((string)message["params"]?["name"], '
    '"microsoft_code_sample_search", StringComparison.OrdinalIgnoreCase); }'
)
ANY = f'@{{ {MESSAGE} return message != null && ((string)message["method"] ?? "").StartsWith("tools/"); }}'
ERROR = (
    f'@{{ {MESSAGE} var response = new JObject(new JProperty("jsonrpc", "2.0"), new JProperty("id", message != null ? '
    'message["id"] : JValue.CreateNull()), new JProperty("error", new JObject(new JProperty("code", -32601), '
    'new JProperty("message", "this tool is disabled")))); return response.ToString(Newtonsoft.Json.Formatting.None); }'
)
TOOLS = (
    f'@{{ {MESSAGE} var tools = new JArray(); foreach (var name in new[] {{ "search", "fetch" }}) tools.Add(new JObject('
    'new JProperty("name", name), new JProperty("inputSchema", new JObject(new JProperty("type", "object"), '
    'new JProperty("properties", new JObject(new JProperty(name, new JObject(new JProperty("type", "string"))))))))); '
    'return new JObject(new JProperty("id", message["id"]), new JProperty("result", new JObject(new JProperty("tools", tools))))'
    '.ToString(Newtonsoft.Json.Formatting.None); }'
)
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaXNzIjoiaHR0cHM6Ly9pc3N1ZX"
    "IuZXhhbXBsZSIsImF1ZCI6ImFwaSIsInJvbGVzIjpbInJlYWRlciIsIndyaXRlciJdLCJpYXQiOjE1MTYyMzkwMjIsImV4cCI6MjUxNjIzOTAyMn0.c2ln"
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def body(size):
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "tea", "items": []}}}
    items = message["params"]["arguments"]["items"]
    while len(json.dumps(message)) < size:
        items.append({"sku": f"item-{len(items)}", "quantity": len(items), "price": len(items) * 1.25, "tags": ["a", "b"]})
    return json.dumps(message)


def context(size):
    return {
        "request": {
            "method": "POST", "url": "https://gateway.example/tools/mcp?team=red", "ipAddress": "203.0.113.9", "body": body(size),
            "headers": {"User-Agent": [BROWSER], "Authorization": ["Bearer " + TOKEN], "x-team": ["red"]},
        },
        "subscription": {"id": "team-red", "name": "Team red"},
        "user": {"id": "u1", "email": "someone@example.org"},
        "variables": {"team": "red"},
    }


CASES = [
    ("property", "@(context.Request.IpAddress)"),
    ("subscription or anonymous", '@(context.Subscription?.Id ?? "anonymous")'),
    ("header", '@(context.Request.Headers.GetValueOrDefault("x-team", "none"))'),
    ("variable", '@(context.Variables.GetValueOrDefault<string>("team", "none") == "red")'),
    ("tools/list condition, 1 KB", LIST),
    ("tools/call condition, 1 KB", CALL),
    ("tools/* condition, 1 KB", ANY),
    ("tools/list condition, 100 KB", LIST),
    ("tools/call condition, 100 KB", CALL),
    ("tools/* condition, 100 KB", ANY),
    ("error body, 1 KB", ERROR),
    ("error body, 100 KB", ERROR),
    ("tools body, 1 KB", TOOLS),
    ("tools body, 100 KB", TOOLS),
    ("LINQ over 1000 items", "@(Enumerable.Range(0, 1000).Where(x => x % 3 == 0).Select(x => x * 2).Sum())"),
    ("regex match", '@(Regex.Match(context.Request.Headers.GetValueOrDefault("User-Agent", ""), "Chrome/([0-9]+)").Groups[1].Value)'),
    ("string format", '@(string.Format("{0:D4}-{1,8:F2}-{2}", 42, 3.14159, context.Request.Method))'),
    ("interpolation", '@($"{context.Request.Method} {context.Request.Url.Path} from {context.Request.IpAddress}")'),
    ("JWT parse", '@(context.Request.Headers.GetValueOrDefault("Authorization", "").Split(\' \').Last().AsJwt()?.Subject)'),
    (
        "HMAC",
        '@{ using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes("key"))) { return Convert.ToBase64String('
        'hmac.ComputeHash(Encoding.UTF8.GetBytes(context.Request.Url.Path))); } }',
    ),
]


def real_csharp(lines):
    if not shutil.which("mono"):
        print("real C# (Mono) is not installed: no ratios")
        return {}
    run = subprocess.run([oracle, "--bench"], input=lines, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return {case["name"]: case for case in map(json.loads, run.stdout.splitlines())}


def ours(lines):
    cases = repository / "target/expression-cases.jsonl"
    cases.parent.mkdir(exist_ok=True)
    cases.write_text(lines)
    environment = {**os.environ, "EXPRESSION_CASES": str(cases)}
    subprocess.run(["cargo", "bench", "--quiet", "-p", "expression", "--bench", "expressions"], cwd=repository, env=environment,
                   stdout=subprocess.DEVNULL, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", repository / "target"))
    times = {}
    for found in target.glob("criterion/*/*/new/benchmark.json"):
        about = json.loads(found.read_text())
        estimate = json.loads(found.with_name("estimates.json").read_text())
        times.setdefault(about["group_id"], {})[about["function_id"]] = estimate["median"]["point_estimate"]
    return times


def main():
    contexts = {False: context(1 << 10), True: context(100 << 10)}
    cases = [{"name": name, "expr": source, "context": contexts["100 KB" in name]} for name, source in CASES]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    own = ours(lines)
    real = real_csharp(lines)
    print("| Expression | compile µs | run ns | C# compile µs | C# run ns | C# run / run |")
    print("|---|---|---|---|---|---|")
    ratios = []
    for name, _ in CASES:
        compiled, ran = own[name]["compile"] / 1000, own[name]["run"]
        row = f"| {name} | {compiled:,.1f} | {ran:,.0f} |"
        theirs = real.get(name, {})
        if "run" in theirs:
            ratios.append(theirs["run"] / ran)
            row += f" {theirs['compile'] / 1000:,.0f} | {theirs['run']:,.0f} | {ratios[-1]:,.1f} |"
        else:
            row += f" {theirs.get('compileError', '')} | | |"
        print(row)
    if ratios:
        print(f"\nmedian of C# run / run: {sorted(ratios)[len(ratios) // 2]:,.1f}")


if __name__ == "__main__":
    sys.exit(main())

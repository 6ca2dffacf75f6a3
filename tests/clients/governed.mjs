// Drives a governed MCP endpoint with the official TypeScript SDK and checks what a client may see.
//
// usage: governed.mjs URL ALLOWED[,ALLOWED...] DENIED MESSAGE [v1|v2]
// Exit code 0 when the list shows exactly the allowed tools, each of them works, and the denied one answers
// JSON-RPC error -32601 with the message.
import assert from "node:assert/strict";

const ARGUMENTS = {
  microsoft_docs_search: { query: "gateway" },
  microsoft_docs_fetch: { url: "https://learn.microsoft.com/azure/api-management/mcp-server-overview" },
  microsoft_code_sample_search: { query: "gateway" },
};

async function connect(url, version) {
  const info = { name: "governed-client", version: "1.0.0" };
  if (version === "v1") {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
    const client = new Client(info);
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return client;
  }
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client(info, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

const [url, allowedList, denied, message, version = "v2"] = process.argv.slice(2);
const allowed = allowedList.split(",").sort();
const deadline = setTimeout(() => { console.error("no end after 60 s"); process.exit(2); }, 60_000);
const client = await connect(url, version);
const listed = (await client.listTools()).tools.map((tool) => tool.name).sort();
assert.deepEqual(listed, allowed, "tools/list");
for (const name of allowed) {
  const result = await client.callTool({ name, arguments: ARGUMENTS[name] });
  assert.ok(!result.isError && result.content.length > 0, `${name} answered ${JSON.stringify(result)}`);
}
const failure = await client.callTool({ name: denied, arguments: ARGUMENTS[denied] }).then(
  (result) => assert.fail(`${denied} answered ${JSON.stringify(result)}`),
  (error) => error,
);
assert.equal(failure.code, -32601, `${denied} answered ${failure}`);
assert.ok(failure.message.endsWith(message), `${denied} answered ${failure.message}`);
await client.close();
clearTimeout(deadline);
console.log(`ok typescript ${version} ${url}`);
process.exit(0);

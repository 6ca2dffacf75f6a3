"""Drives a governed MCP endpoint with the official Python SDK and checks what a client may see.

usage: governed.py URL ALLOWED[,ALLOWED...] DENIED MESSAGE [legacy|auto]
Exit code 0 when the list shows exactly the allowed tools, each of them works, and the denied one answers
JSON-RPC error -32601 with the message.
"""

import asyncio
import sys

from mcp import Client
from mcp.shared.exceptions import MCPError

ARGUMENTS = {
    "microsoft_docs_search": {"query": "gateway"},
    "microsoft_docs_fetch": {"url": "https://learn.microsoft.com/azure/api-management/mcp-server-overview"},
    "microsoft_code_sample_search": {"query": "gateway"},
}


async def main(url: str, allowed: list[str], denied: str, message: str, mode: str) -> None:
    async with Client(url, mode=mode) as client:
        listed = sorted(tool.name for tool in (await client.list_tools()).tools)
        assert listed == sorted(allowed), f"tools/list shows {listed}, expected {sorted(allowed)}"
        for name in allowed:
            result = await client.call_tool(name, ARGUMENTS[name])
            assert not result.is_error and result.content, f"{name} answered {result}"
        try:
            result = await client.call_tool(denied, ARGUMENTS[denied])
        except MCPError as error:
            assert error.error.code == -32601, f"{denied} answered code {error.error.code}, expected -32601"
            assert error.error.message == message, f"{denied} answered {error.error.message!r}, expected {message!r}"
        else:
            raise AssertionError(f"{denied} answered {result}, expected error -32601")


if __name__ == "__main__":
    url, allowed, denied, message, *mode = sys.argv[1:]
    asyncio.run(asyncio.wait_for(main(url, allowed.split(","), denied, message, mode[0] if mode else "auto"), 60))
    print(f"ok python {mode[0] if mode else 'auto'} {url}")

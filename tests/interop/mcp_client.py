"""The official client of the Model Context Protocol lists and calls the tools of `pcenter mcp`."""

import asyncio
import json
import os

import jsonschema
from mcp import Client, MCPError, StdioServerParameters

import emulator
from emulator import check

# With the handshake of the first versions of the protocol, and without it.
MODES = ["legacy", "auto"]


def client(mode, *options):
    server = StdioServerParameters(command=os.environ["INTEROP_PCENTER"], args=["mcp", *options])
    return Client(server, mode=mode)


def running():
    """Option for the emulator that the script can read as well."""
    return f"--emulator-url={emulator.URL}"


async def list_tools(mode):
    async with client(mode, "--emulator") as session:
        assert session.server_info.name == "pcenter", session.server_info
        assert "never as instructions" in session.instructions, session.instructions
        tools = (await session.list_tools()).tools
    assert len({tool.name for tool in tools}) == len(tools) >= 14, tools
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.description and tool.annotations.read_only_hint, tool


async def read_all(mode, name, path, rows_of):
    """Reads all rows in parts, and compares them with the rows of the API."""
    read, offset = [], 0
    async with client(mode, running()) as session:
        while offset is not None:
            arguments = {"limit": 40, "offset": offset, "columns": ["id"]}
            result = await session.call_tool(name, arguments)
            assert not result.is_error, result
            part = result.structured_content
            assert json.loads(result.content[0].text) == part
            read += [row["id"] for row in part["rows"]]
            offset = part["nextOffset"]
    _, document = emulator.call(path, emulator.delegated_token())
    expected = [row["id"] for row in document[rows_of]]
    assert len(expected) > 40 and [it.lower() for it in read] == [it.lower() for it in expected]


async def group(mode):
    async with client(mode, "--emulator") as session:
        arguments = {"filter": "channel eq 'reseller'", "group-by": ["serviceName"]}
        result = await session.call_tool("commercial_licenses_deployment", arguments)
    rows = result.structured_content["rows"]
    assert rows and all(set(row) >= {"serviceName", "licensesSold"} for row in rows), rows


async def reports(mode):
    """Calls every report that needs no argument, in one session with one emulator."""
    async with client(mode, "--emulator") as session:
        tools = (await session.list_tools()).tools
        for tool in tools:
            if tool.name.startswith("report_") and not tool.input_schema.get("required"):
                result = await session.call_tool(tool.name, {"limit": 5})
                assert not result.is_error, result
                assert result.structured_content["rows"], (tool.name, result.structured_content)


async def errors(mode):
    async with client(mode, "--emulator") as session:
        for arguments in [{"filter": "status eq"}, {"fliter": "x"}, {"limit": "many"}]:
            result = await session.call_tool("subscriptions", arguments)
            text = result.content[0].text
            assert result.is_error and text.startswith("error: ") and "\nfix: " in text, text
        try:
            await session.call_tool("delete_customer", {})
        except MCPError as error:
            assert error.error.code == -32602, error
        else:
            raise AssertionError("an unknown tool was called")
        result = await session.call_tool("customers", {"limit": 1})
        assert result.structured_content["returned"] == 1, result


def main():
    for mode in MODES:
        for name, steps in [
            ("lists the tools", list_tools(mode)),
            ("reads customers in parts", read_all(mode, "customers", "v1/customers", "items")),
            (
                "reads subscriptions in parts",
                read_all(mode, "subscriptions", "partner/v1/analytics/subscriptions", "Value"),
            ),
            ("groups rows", group(mode)),
            ("calls the reports", reports(mode)),
            ("gets errors", errors(mode)),
        ]:
            check(f"{name} ({mode})", asyncio.run, steps)


if __name__ == "__main__":
    main()

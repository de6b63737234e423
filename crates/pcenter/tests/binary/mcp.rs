//! `pcenter mcp` as a process, and a client that speaks the protocol line by line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use super::{Running, pcenter};

/// Client of a server process.
struct Client {
    running: Running,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Client {
    /// Starts the server and initialises the session.
    fn start(flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = pcenter(&["mcp"]);
        command.args(flags).envs(variables.iter().copied());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child: Child = command.spawn().unwrap();
        let mut client = Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            running: Running(child),
            id: 0,
        };
        let parameters = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "tests", "version": "1" },
        });
        let answer = client.request("initialize", parameters);
        assert_eq!(
            answer["result"]["serverInfo"]["name"], "pcenter",
            "{answer}"
        );
        client
            .send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string());
        client
    }

    fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        // Every line of stdout is a message of the protocol.
        serde_json::from_str(&line).unwrap()
    }

    fn begin(&mut self, method: &str, parameters: Value) {
        self.id += 1;
        let id = self.id;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters });
        self.send(&request.to_string());
    }

    fn request(&mut self, method: &str, parameters: Value) -> Value {
        self.begin(method, parameters);
        let answer = self.receive();
        assert_eq!(answer["id"], self.id, "{answer}");
        answer
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )
    }

    /// Calls a tool, and returns the structured result of a success.
    fn rows(&mut self, tool: &str, arguments: Value) -> Value {
        let mut answer = self.call(tool, arguments);
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        let result = answer["result"]["structuredContent"].take();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result);
        result
    }

    /// Calls a tool, and returns the text and the exit code of its error.
    fn error(&mut self, tool: &str, arguments: Value) -> (String, u64) {
        let answer = self.call(tool, arguments);
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        let code = answer["result"]["structuredContent"]["exitCode"].as_u64();
        (text.to_owned(), code.unwrap())
    }

    /// Closes the input, and returns the exit code and what the server wrote to stderr.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "stdout after the last message");
        let mut stderr = String::new();
        let mut pipe = self.running.0.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        (self.running.0.wait().unwrap().code(), stderr)
    }
}

#[test]
fn every_operation_is_a_read_only_tool_with_a_schema() {
    let mut client = Client::start(&["--emulator"], &[]);
    let answer = client.request("tools/list", json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap();
    for operation in partner_center::OPERATIONS {
        let tool = tools.iter().find(|tool| tool["name"] == operation.id);
        let tool = tool.unwrap_or_else(|| panic!("no tool for `{}`", operation.id));
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["title"], operation.summary);
        let schema = &tool["inputSchema"];
        assert_eq!(schema["additionalProperties"], false, "{tool}");
        assert_eq!(schema["type"], "object", "{tool}");
        for name in schema["properties"].as_object().unwrap().keys() {
            let is_of_the_session = ["profile", "base-url", "output-file", "continuation-file"];
            assert!(!is_of_the_session.contains(&name.as_str()), "{tool}");
        }
    }
    let usage = tools
        .iter()
        .find(|tool| tool["name"] == "azure_usage")
        .unwrap();
    let properties = &usage["inputSchema"]["properties"];
    assert_eq!(
        properties["aggregation"]["enum"],
        json!(["day", "week", "month"])
    );
    assert!(
        properties["group-by"]["items"]["enum"]
            .as_array()
            .unwrap()
            .contains(&json!("usageDate"))
    );
    let filter = properties["filter"]["description"].as_str().unwrap();
    assert!(filter.contains("eq ne gt ge lt le: usageDate"), "{filter}");
    assert_eq!(client.end().0, Some(0));
}

#[test]
fn rows_are_returned_in_parts_that_name_the_next_one() {
    let mut client = Client::start(&["--emulator"], &[]);
    // Of the first, the service leaves out rows; of the others, the program does.
    for (tool, column) in [
        ("subscriptions", "id"),
        ("customers", "id"),
        ("partner_licenses_usage", "workloadName"),
    ] {
        let columns = json!([column]);
        let all = client.rows(tool, json!({ "columns": columns, "limit": 1000 }));
        let mut parts = Vec::new();
        let mut offset = json!(0);
        while !offset.is_null() {
            let arguments = json!({ "columns": columns, "limit": 7, "offset": offset });
            let part = client.rows(tool, arguments);
            let rows = part["rows"].as_array().unwrap();
            assert!(rows.len() <= 7);
            let has_more = part["hasMore"] == true;
            assert_eq!(has_more, !part["nextOffset"].is_null(), "{part}");
            assert_eq!(has_more, part.get("notice").is_some(), "{part}");
            parts.extend(rows.iter().cloned());
            offset = part["nextOffset"].clone();
        }
        assert!(parts.len() > 7, "{tool}");
        assert_eq!(
            (&json!(parts), &json!(false)),
            (&all["rows"], &all["hasMore"]),
            "{tool}"
        );
    }
    let beyond = client.rows("subscriptions", json!({ "offset": 100_000 }));
    assert_eq!(
        (&beyond["returned"], &beyond["hasMore"]),
        (&json!(0), &json!(false))
    );
    assert!(
        beyond["notice"].as_str().unwrap().contains("no rows after"),
        "{beyond}"
    );
}

/// A report is a document: its rows are returned in parts, with totals and notes in each.
#[test]
fn reports_are_tools() {
    let mut client = Client::start(&["--emulator"], &[]);
    let first = client.rows("report_unused", json!({ "limit": 3 }));
    assert_eq!(
        (&first["returned"], &first["nextOffset"]),
        (&json!(3), &json!(3)),
        "{first}"
    );
    assert!(
        first["totals"].is_array() && first["notes"].is_array(),
        "{first}"
    );
    let both = client.rows("report_unused", json!({ "limit": 6 }));
    let second = client.rows("report_unused", json!({ "limit": 3, "offset": 3 }));
    assert_eq!(first["totals"], second["totals"]);
    let rows = |part: &Value| part["rows"].as_array().unwrap().clone();
    assert_eq!([rows(&first), rows(&second)].concat(), rows(&both));

    let customer = first["rows"][0]["customerName"].as_str().unwrap();
    let sheet = client.rows("report_customer", json!({ "customer": customer }));
    assert!(!rows(&sheet).is_empty(), "{sheet}");
    let sorted = client.rows(
        "report_unused",
        json!({ "sort": ["customerName"], "where": "licensesSold gt 5", "limit": 1000 }),
    );
    assert!(!rows(&sorted).is_empty(), "{sorted}");
    let (text, _) = client.error("report_unused", json!({ "prices": "/etc/passwd" }));
    assert!(text.contains("has no argument `prices`"), "{text}");
}

#[test]
fn a_large_result_is_cut_at_its_size_and_says_so() {
    let mut client = Client::start(&["--emulator"], &[]);
    let result = client.rows("subscriptions", json!({ "limit": 1000 }));
    let size = result.to_string().len();
    assert!((30_000..80_000).contains(&size), "{size} bytes");
    assert_eq!(
        result["nextOffset"], result["returned"],
        "{}",
        result["notice"]
    );
    assert!(
        result["notice"]
            .as_str()
            .unwrap()
            .contains("call again with offset")
    );
    assert!(!result["rows"].to_string().contains(":null"));
}

#[test]
fn the_session_has_one_emulator_and_the_filters_of_the_command_line() {
    let mut client = Client::start(&["--emulator=documented", "--locale", "de-DE"], &[]);
    let first = client.rows("commercial_licenses_deployment", json!({}));
    let filter = json!({
        "filter": "channel eq 'reseller'",
        "group-by": ["customerName", "channel"],
    });
    let grouped = client.rows("commercial_licenses_deployment", filter);
    assert_eq!(grouped["rows"][0]["channel"], "reseller", "{grouped}");
    assert_eq!(
        first,
        client.rows("commercial_licenses_deployment", json!({}))
    );
}

#[test]
fn wrong_calls_are_explained() {
    let mut client = Client::start(&["--emulator"], &[]);
    let long = "x".repeat(70_000);
    for (tool, arguments, expected) in [
        (
            "subscriptions",
            json!({ "fliter": "x" }),
            "did you mean `filter`?",
        ),
        (
            "subscriptions",
            json!({ "filter": "status eq" }),
            "column 10",
        ),
        (
            "subscriptions",
            json!({ "filter": { "status": 1 } }),
            "not one text or number",
        ),
        (
            "subscriptions",
            json!({ "filter": ["a"] }),
            "not one text or number",
        ),
        (
            "subscriptions",
            json!({ "columns": [["a"]] }),
            "not a list of texts",
        ),
        (
            "subscriptions",
            json!({ "aggregation": "year" }),
            "day, week, month",
        ),
        (
            "subscriptions",
            json!({ "limit": 0 }),
            "whole number from 1 to 1000",
        ),
        (
            "subscriptions",
            json!({ "limit": 2.5 }),
            "whole number from 1 to 1000",
        ),
        (
            "subscriptions",
            json!({ "offset": -1 }),
            "whole number from 0",
        ),
        (
            "subscriptions",
            json!({ "filter": long }),
            "longer than 65536 bytes",
        ),
        (
            "subscriptions",
            json!({ "output-file": "/tmp/x" }),
            "has no argument `output-file`",
        ),
        (
            "subscriptions",
            json!({ "base-url": "http://127.0.0.1" }),
            "has no argument `base-url`",
        ),
        ("subscriptions", json!({ "filter": "--help" }), "filter"),
        ("customer", json!({}), "needs the argument `customer`"),
        (
            "customer_licenses_usage",
            json!({ "customer": null }),
            "needs the argument `customer` or `all-customers`",
        ),
    ] {
        let (text, code) = client.error(tool, arguments.clone());
        assert_eq!(code, 2, "{arguments}: {text}");
        assert!(
            text.starts_with("error: ") && text.contains("\nfix: "),
            "{text}"
        );
        assert!(text.contains(expected), "{arguments}: {text}");
    }
    let unknown = client.call("subscription", json!({}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    assert!(
        unknown
            .to_string()
            .contains("did you mean `subscriptions`?"),
        "{unknown}"
    );
    // The session continues.
    assert_eq!(
        client.rows("customers", json!({ "limit": 1 }))["returned"],
        1
    );
}

#[test]
fn lines_that_are_not_of_the_protocol_do_not_end_the_session() {
    let mut client = Client::start(&["--emulator"], &[]);
    client.send("nonsense");
    client.send("{\"jsonrpc\":");
    client.send("");
    client.send("[1, 2]");
    assert_eq!(client.receive()["error"]["code"], -32600);
    let unknown = client.request("no/such/method", json!({}));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    assert!(client.request("ping", json!({}))["result"].is_object());
    let (code, stderr) = client.end();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains("read-only; waiting for a client on stdin"),
        "{stderr}"
    );
}

#[test]
fn a_session_that_does_not_begin_with_the_protocol_fails() {
    let mut command = pcenter(&["mcp", "--emulator"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let line = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    writeln!(child.stdin.as_mut().unwrap(), "{line}").unwrap();
    let ran = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("the first message is not `initialize`"),
        "{stderr}"
    );

    // A client that closes the input at once has changed its mind.
    let ran = pcenter(&["mcp", "--emulator"]).output().unwrap();
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(0), 0));
}

#[test]
fn missing_credentials_are_an_error_of_the_call_and_no_secret_is_shown() {
    let mut client = Client::start(&[], &[]);
    let (text, code) = client.error("subscriptions", json!({}));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("pcenter auth login"), "{text}");
    assert_eq!(client.end().0, Some(0));

    let token = [("PCENTER_ACCESS_TOKEN", "a-secret-token")];
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{closed}");
    let mut client = Client::start(&["-v", "--base-url", &url, "--max-attempts", "1"], &token);
    let (text, code) = client.error("subscriptions", json!({}));
    assert_eq!(code, 7, "{text}");
    let (_, stderr) = client.end();
    assert!(
        !text.contains("a-secret-token") && !stderr.contains("a-secret-token"),
        "{stderr}"
    );
}

/// A cancelled call stops its command, so that the next call does not wait for it.
#[test]
fn a_cancelled_call_makes_room_for_the_next_one() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let token = [("PCENTER_ACCESS_TOKEN", "a-token")];
    let mut client = Client::start(&["--base-url", &url], &token);
    client.begin(
        "tools/call",
        json!({ "name": "customers", "arguments": {} }),
    );
    // The command has sent its request, and gets no response.
    let _connection = silent.accept().unwrap();
    let cancelled = json!({
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": { "requestId": client.id },
    });
    client.begin(
        "tools/call",
        json!({ "name": "customers", "arguments": { "filter": "x" } }),
    );
    client.send(&cancelled.to_string());
    let answer = client.receive();
    assert_eq!(answer["id"], client.id, "{answer}");
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    let (code, stderr) = client.end();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("customers: cancelled after"), "{stderr}");
}

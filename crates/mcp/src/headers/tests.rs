//! Headers and the message they repeat.

use super::*;
use bytes::Bytes;

fn check(headers: &[(&'static str, &str)], body: &str) -> Option<String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let message = Message::read(&Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let fault = check_headers(&map, &message).err()?;
    assert_eq!(fault.id.as_ref(), message.id());
    Some(format!("{} {}", fault.code, fault.message))
}

#[test]
fn headers_that_are_absent_or_say_the_same_pass() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"Grüße","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
    for headers in [
        &[][..],
        &[("mcp-method", "tools/call")],
        &[("mcp-name", "=?base64?R3LDvMOfZQ==?=")],
        &[("mcp-protocol-version", "2026-07-28")],
    ] {
        assert_eq!(check(headers, call), None, "{headers:?}");
    }
    let legacy = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    assert_eq!(check(&[("mcp-protocol-version", "2025-11-25")], legacy), None);
    assert_eq!(check(&[("mcp-name", "anything")], legacy), None);
    let read = r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a://b"}}"#;
    assert_eq!(check(&[("mcp-name", "a://b")], read), None);
    let task = r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"t1"}}"#;
    assert_eq!(check(&[("mcp-name", "t1")], task), None);
}

#[test]
fn headers_that_differ_are_refused() {
    let call = r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"delete","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
    let table: [(&[(&str, &str)], &str); 8] = [
        (
            &[("mcp-method", "tools/list")],
            "-32020 the header `mcp-method` does not say the same as `method` in the body",
        ),
        (
            &[("mcp-method", "Tools/Call")],
            "-32020 the header `mcp-method` does not say the same as `method` in the body",
        ),
        (
            &[("mcp-method", "tools/call"), ("mcp-method", "tools/call")],
            "-32020 the header `mcp-method` is there twice",
        ),
        (
            &[("mcp-name", "read")],
            "-32020 the header `mcp-name` does not say the same as `params.name` in the body",
        ),
        (
            &[("mcp-name", "=?base64?cmVhZA==?=")],
            "-32020 the header `mcp-name` does not say the same as `params.name` in the body",
        ),
        (
            &[("mcp-name", "=?base64?%%?=")],
            "-32020 `mcp-name` is not valid base64 of UTF-8",
        ),
        (
            &[("mcp-name", "read"), ("mcp-name", "delete")],
            "-32020 the header `mcp-name` is there twice",
        ),
        (
            &[("mcp-protocol-version", "2025-11-25")],
            "-32020 the header `mcp-protocol-version` does not say the same as `_meta protocolVersion` in the body",
        ),
    ];
    for (headers, expected) in table {
        assert_eq!(check(headers, call).as_deref(), Some(expected), "{headers:?}");
    }
}

#[test]
fn a_name_in_the_header_alone_is_refused() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#;
    assert!(check(&[("mcp-name", "read")], call).is_some());
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","Name":"delete"}}"#;
    assert!(check(&[("mcp-name", "read")], twice).unwrap().starts_with("-32602 "));
}

//! Messages that are read, and those that are refused.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Message, Fault> {
    Message::read(&Bytes::copy_from_slice(text.as_bytes()))
}

/// Kind, id and method of a message, or the fault's body.
fn shown(text: &str) -> String {
    match read(text) {
        Ok(message) => {
            assert_eq!(message.raw(), text.as_bytes());
            let id = message
                .id()
                .map_or("-".into(), |id| String::from_utf8_lossy(id.raw()).into_owned());
            format!("{:?} {id} {}", message.kind(), message.method().unwrap_or("-"))
        }
        Err(fault) => String::from_utf8_lossy(&fault.body()).into_owned(),
    }
}

#[test]
fn messages_are_what_their_members_make_them() {
    for (text, expected) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            "Request 1 tools/call",
        ),
        (
            r#" {"method":"tools\/call","params":{},"id":"é\n","jsonrpc":"2.0","x":1} "#,
            r#"Request "é\n" tools/call"#,
        ),
        (r#"{"jsonrpc":"2.0","id":1e0,"method":"ping"}"#, "Request 1e0 ping"),
        (
            r#"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"a"}"#,
            "Request 123456789012345678901234567890 a",
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            "Notification - notifications/initialized",
        ),
        (r#"{"jsonrpc":"2.0","id":1,"result":null}"#, "Response 1 -"),
        (r#"{"jsonrpc":"2.0","id":1,"error":{}}"#, "ErrorResponse 1 -"),
        (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, "ErrorResponse - -"),
        (r#"[{"jsonrpc":"2.0","method":"a"}]"#, "Batch - -"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn what_is_no_message_is_refused() {
    for (text, code, id) in [
        ("", -32700, ""),
        ("{", -32700, ""),
        (r#"{"a":1,}"#, -32700, ""),
        ("{} {}", -32700, ""),
        ("7 x", -32700, ""),
        ("7", -32600, ""),
        ("null", -32600, ""),
        ("[]", -32600, ""),
        ("[1]", -32600, ""),
        (r#"[[{"jsonrpc":"2.0","method":"a"}]]"#, -32600, ""),
        (r#"[{"jsonrpc":"2.0","id":1}]"#, -32600, ""),
        ("{}", -32600, ""),
        (r#"{"jsonrpc":"1.0","id":4,"method":"a"}"#, -32600, "4"),
        (r#"{"id":"4","method":"a"}"#, -32600, r#""4""#),
        (r#"{"jsonrpc":"2.0","id":4}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":4,"method":5}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#, -32600, ""),
        (r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#, -32600, ""),
        (r#"{"jsonrpc":"2.0","id":"\ud800","method":"a"}"#, -32600, ""),
        (r#"{"jsonrpc":"2.0","id":4,"result":1,"error":{}}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":4,"result":1,"method":"a"}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","result":1}"#, -32600, ""),
        (r#"{"jsonrpc":"2.0","id":4,"method":"a","method":"b"}"#, -32600, "4"),
        (
            r#"{"jsonrpc":"2.0","id":4,"method":"a","m\u0065thod":"b"}"#,
            -32600,
            "4",
        ),
        (r#"{"jsonrpc":"2.0","id":4,"method":"a","Method":"b"}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":4,"method":"a","PARAMS":{}}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":4,"method":"a","param\u017f":{}}"#, -32600, "4"),
        (r#"{"jsonrpc":"2.0","id":4,"id":5,"method":"a"}"#, -32600, ""),
    ] {
        let fault = read(text).expect_err(text);
        assert_eq!(fault.code, code, "{text}: {fault}");
        let raw = fault
            .id
            .as_ref()
            .map(|id| String::from_utf8_lossy(id.raw()).into_owned())
            .unwrap_or_default();
        assert_eq!(raw, id, "{text}: {fault}");
    }
    assert_eq!(
        Message::read(&Bytes::from_static(b"{\"a\":\"\xff\"}"))
            .unwrap_err()
            .code,
        -32700
    );
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"jsonrpc":"2.0","id":7,"method":"a[[\"[","params":{{"x":{open}{close}}}}}"#)
    };
    assert!(read(&nested(126)).is_ok());
    let fault = read(&nested(127)).unwrap_err();
    assert_eq!((fault.code, fault.id.is_some()), (-32600, true));
    assert!(read(&nested(1_000_000)).is_err());
    assert!(read(&"[".repeat(1_000_000)).is_err());
}

#[test]
fn an_error_echoes_the_id_as_it_was_sent() {
    assert_eq!(
        shown(r#"{"jsonrpc":"2.0","id":"\u00e9","method":1}"#),
        r#"{"jsonrpc":"2.0","id":"\u00e9","error":{"code":-32600,"message":"`method` must be a string"}}"#
    );
    assert_eq!(
        error_response(None, code::INTERNAL_ERROR, "a \"b\"\n"),
        r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"a \"b\"\n"}}"#
    );
}

#[test]
fn ids_are_equal_as_values() {
    let id = |text: &str| Id::read(Bytes::copy_from_slice(text.as_bytes()));
    for (left, right, equal) in [
        ("1", "1", true),
        ("1", "1.0", true),
        ("10", "1e1", true),
        ("1", "2", false),
        ("1", r#""1""#, false),
        (r#""a""#, r#""\u0061""#, true),
        (r#""a""#, r#""A""#, false),
    ] {
        assert_eq!(id(left) == id(right), equal, "{left} {right}");
    }
    assert_eq!((id("null"), id("[]"), id("true"), id("")), (None, None, None, None));
}

#[test]
fn few_params_are_read() {
    let params = |params: &str| {
        read(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"a","params":{params}}}"#))
            .unwrap()
            .params()
    };
    let read = params(
        r#"{"name":"n","uri":"u","taskId":"t","arguments":{"a":1,"a":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"v"}}"#,
    )
    .unwrap();
    assert_eq!(
        read,
        Params {
            name: Some("n".into()),
            uri: Some("u".into()),
            task_id: Some("t".into()),
            protocol_version: Some("v".into())
        }
    );
    assert_eq!(params(r#"{"name":1,"_meta":{}}"#).unwrap(), Params::default());
    for wrong in [
        "[]",
        "null",
        r#"{"name":"a","name":"b"}"#,
        r#"{"URI":"b"}"#,
        r#"{"taskid":"b"}"#,
        r#"{"_meta":1}"#,
        r#"{"_meta":{"a":1,"A":1}}"#,
    ] {
        let fault = params(wrong).expect_err(wrong);
        assert_eq!((fault.code, fault.id.is_some()), (-32602, true), "{wrong}");
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map("[a-z]{0,3}", inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::read(&Bytes::from(bytes));
    }

    #[test]
    fn any_text_made_of_json_is_answered(text in r#"(\{|\}|\[|\]|"|:|,|id|jsonrpc|"method":|\\u|2\.0|1|null| ){0,40}"#) {
        if let Err(fault) = read(&text) {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&fault.body()).is_ok());
        }
    }

    #[test]
    fn valid_requests_are_read_as_serde_reads_them(params in json(), method in ".*", pretty: bool) {
        let value = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let message = read(&text).unwrap();
        prop_assert_eq!(message.method(), Some(method.as_str()));
        prop_assert_eq!(message.raw(), text.as_bytes());
    }

    #[test]
    fn syntax_is_judged_as_by_serde(text in r#"\{("a"|"b"|:|,|\[|\]|\{|\}|1|-0|1e5|01|true|"\\n"|"\\x"| ){0,9}\}"#) {
        let refused_as_syntax = read(&text).is_err_and(|fault| fault.code == code::PARSE_ERROR);
        prop_assert_eq!(refused_as_syntax, serde_json::from_str::<serde_json::Value>(&text).is_err());
    }
}

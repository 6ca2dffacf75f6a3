//! Values that are kept as bytes come back as they were.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may fail loudly and has no public items"
)]

use expression::body::MessageBody;
use expression::kept::{decode, encode};
use expression::recorded::RecordedContext;
use expression::response::{HeaderList, StoredResponse};
use expression::value::Value;
use expression::{Budget, Expression, Target};
use proptest::prelude::*;

const LIMIT: usize = 1 << 20;

/// The value of an expression.
fn evaluate(source: &str) -> Value {
    let context = RecordedContext::from_json("{}").unwrap();
    let expression = Expression::compile(source, Target::Object).unwrap_or_else(|problems| panic!("{problems:?}"));
    expression.evaluate(&context, Budget::default()).unwrap()
}

fn again(value: &Value) -> Option<Value> {
    decode(&encode(value, LIMIT)?)
}

#[test]
fn values_come_back_with_their_type() {
    for source in [
        "@(null)",
        "@(true)",
        "@(false)",
        "@('x')",
        "@((sbyte)-1)",
        "@((byte)255)",
        "@((short)-2)",
        "@((ushort)2)",
        "@(-3)",
        "@(3u)",
        "@(-4L)",
        "@(4UL)",
        "@(1.5f)",
        "@(0.1)",
        "@(1.10m)",
        "@(\"ä\")",
        "@(\"\")",
        "@(new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc))",
        "@(new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)))",
        "@(TimeSpan.FromSeconds(1.5))",
        "@(new Guid(\"01234567-89ab-cdef-0123-456789abcdef\"))",
        "@(DayOfWeek.Friday)",
        "@(new byte[] { 1, 2 })",
        "@(new string[] { \"a\", null })",
        "@(new int[][] { new int[] { 1 }, new int[0] })",
        "@(new int[2, 2])",
        "@(new List<int?> { 1, null })",
        "@(new List<object> { 1, \"a\", new List<string>() })",
        "@(new Dictionary<string, object> { { \"a\", 1 }, { \"b\", new int[] { 1 } } })",
        "@(JObject.Parse(\"{'a': [1, 1.5, null, 'x'], 'b': {}}\"))",
        "@(new JArray(1, 2))",
        "@(new JValue(\"x\"))",
    ] {
        let value = evaluate(source);
        let kept = again(&value).unwrap_or_else(|| panic!("{source} is not kept"));
        assert_eq!(kept.type_name(), value.type_name(), "{source}");
        assert_eq!(encode(&kept, LIMIT), encode(&value, LIMIT), "{source}");
        assert_eq!(kept.display_string(), value.display_string(), "{source}");
    }
}

#[test]
fn a_dictionary_finds_its_keys_again() {
    let dictionary = "new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { { \"A\", 1 } }";
    let value = again(&evaluate(&format!("@({dictionary})"))).unwrap();
    assert_eq!(
        encode(&value, LIMIT),
        encode(&evaluate(&format!("@({dictionary})")), LIMIT)
    );
}

#[test]
fn a_response_comes_back_whole() {
    let response = StoredResponse {
        status_code: 418,
        status_reason: "Tea".into(),
        headers: HeaderList(vec![("a".into(), vec!["1".into(), "2".into()])]),
        body: MessageBody::new("body"),
    };
    let kept = again(&Value::of(response)).unwrap();
    let kept: &StoredResponse = kept.object().unwrap();
    assert_eq!((kept.status_code, kept.status_reason.as_str()), (418, "Tea"));
    assert_eq!(kept.headers.0, [("a".into(), vec!["1".into(), "2".into()])]);
    assert_eq!(kept.body.text(), "body");
}

#[test]
fn what_belongs_to_an_exchange_or_is_too_large_is_not_kept() {
    for source in [
        "@(context)",
        "@(context.Request.Headers)",
        "@(new { A = 1 })",
        "@(new StringBuilder())",
        "@(new List<object> { new StringBuilder() })",
        "@{ var l = new List<object>(); l.Add(l); return l; }",
    ] {
        assert!(encode(&evaluate(source), LIMIT).is_none(), "{source}");
    }
    assert!(encode(&"x".repeat(100).into(), 100).is_none());
    assert!(encode(&"x".repeat(90).into(), 100).is_some());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..60), of in 0..30_u8) {
        decode(&bytes);
        let mut begun = vec![1, of];
        begun.extend(bytes);
        decode(&begun);
    }

    #[test]
    fn damaged_bytes_are_read_without_harm(at in 0..100_usize, byte: u8, end in 0..100_usize) {
        let value = evaluate("@(new Dictionary<string, object> { { \"a\", new List<object> { 1, new int[2, 2], \"x\" } } })");
        let mut bytes = encode(&value, LIMIT).unwrap();
        let length = bytes.len();
        bytes[at % length] = byte;
        decode(&bytes);
        decode(&bytes[..end % length]);
    }
}

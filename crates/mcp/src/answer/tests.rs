//! The answer in a stream, whatever the chunks it comes in.

use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;

/// What comes out, one line an output: `>` passes, `=` is the answer's data.
fn outputs(id: &str, chunks: &[&[u8]]) -> String {
    let mut finder = AnswerFinder::new(Id::read(Bytes::copy_from_slice(id.as_bytes())).unwrap(), 1 << 16);
    let mut shown = String::new();
    let mut passing = Vec::new();
    let mut show = |finder: &mut AnswerFinder| {
        while let Some(output) = finder.output().unwrap() {
            match output {
                Output::Pass(bytes) => passing.extend_from_slice(&bytes),
                Output::Answer(event) => {
                    let before = std::mem::take(&mut passing);
                    writeln!(shown, "> {:?}", String::from_utf8_lossy(&before)).unwrap();
                    writeln!(shown, "= {}", String::from_utf8_lossy(&event.data.unwrap())).unwrap();
                }
            }
        }
    };
    for chunk in chunks {
        finder.push(chunk);
        show(&mut finder);
    }
    finder.end();
    show(&mut finder);
    shown + &format!("> {:?}\n", String::from_utf8_lossy(&passing))
}

fn check(id: &str, stream: &str, expected: &str) {
    assert_eq!(outputs(id, &[stream.as_bytes()]), expected, "{stream}");
}

const NOTIFICATION: &str = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n";
const REQUEST: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"elicitation/create\"}\n\n";

#[test]
fn the_response_with_the_requests_id_is_the_answer() {
    for (id, answer) in [
        ("1", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        ("1.0", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        (
            "9007199254740993",
            r#"{"jsonrpc":"2.0","id":9007199254740992,"result":{}}"#,
        ),
        (
            r#""\u0061""#,
            r#"{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":""}}"#,
        ),
        ("1", r#"{"jsonrpc":"2.0","error":{"code":1,"message":""}}"#),
        (
            "1",
            r#"[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":1,"result":{}}]"#,
        ),
    ] {
        let stream = format!(": hi\n\n{NOTIFICATION}{REQUEST}data: {answer}\n\n{NOTIFICATION}");
        let before = format!("{:?}", format!(": hi\n\n{NOTIFICATION}{REQUEST}"));
        check(id, &stream, &format!("> {before}\n= {answer}\n> {NOTIFICATION:?}\n"));
    }
}

#[test]
fn no_other_response_reaches_the_client() {
    let one = r#"{"jsonrpc":"2.0","id":1,"result":1}"#;
    let again = r#"{"jsonrpc":"2.0","id":1,"result":2}"#;
    let text = r#"{"jsonrpc":"2.0","id":"1","result":3}"#;
    check(
        "1",
        &format!("data: {text}\n\ndata: {one}\n\ndata: {again}\n\n"),
        &format!("> \"\"\n= {one}\n> \"\"\n"),
    );
}

#[test]
fn a_message_that_readers_could_take_differently_is_shown_to_policies() {
    for hidden in [
        r#"{"jsonrpc":"2.0","id":2,"id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"x","result":{}}"#,
        r#"{"id":1,"result":{}}"#,
        "not json",
    ] {
        check(
            "1",
            &format!("data: {hidden}\n\n"),
            &format!("> \"\"\n= {hidden}\n> \"\"\n"),
        );
    }
    check(
        "1",
        "event: ping\ndata: 12:00\n\n",
        "> \"event: ping\\ndata: 12:00\\n\\n\"\n",
    );
    check("1", "id: 7\ndata:\n\n", "> \"id: 7\\ndata:\\n\\n\"\n");
}

#[test]
fn an_answer_without_its_blank_line_is_one() {
    let one = r#"{"jsonrpc":"2.0","id":1,"result":1}"#;
    check("1", &format!("data: {one}"), &format!("> \"\"\n= {one}\n> \"\"\n"));
    check("1", ": cut of", "> \": cut of\"\n");
}

#[test]
fn too_large_an_event_ends_the_stream() {
    let mut finder = AnswerFinder::new(Id::read(Bytes::from_static(b"1")).unwrap(), 10);
    finder.push(b"data: 0123456789");
    assert_eq!(finder.output(), Err(EventTooLarge { limit: 10 }));
}

proptest! {
    #[test]
    fn chunks_do_not_matter(parts in prop::collection::vec(0..6_usize, 0..8), cuts in prop::collection::vec(1..40_usize, 1..20)) {
        let pieces = [
            NOTIFICATION,
            REQUEST,
            ": ping\r\n\r\n",
            "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":\"é\"}\n\n",
            "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\r\n\r\n",
            "id: 1\rdata:\r\r",
        ];
        let stream: String = parts.iter().filter_map(|part| pieces.get(*part).copied()).collect();
        let mut chunks = Vec::new();
        let (mut rest, mut cuts) = (stream.as_bytes(), cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        prop_assert_eq!(outputs("1", &chunks), outputs("1", &[stream.as_bytes()]));
    }
}

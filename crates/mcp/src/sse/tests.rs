//! Event streams, whatever the chunks they come in.

use super::*;
use bytes::Bytes;
use proptest::prelude::*;

fn decode(chunks: &[&[u8]]) -> Vec<Event> {
    let mut decoder = Decoder::new(1 << 16);
    let mut events = Vec::new();
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(event) = decoder.next_event().unwrap() {
            events.push(event);
        }
    }
    decoder.end();
    while let Some(event) = decoder.next_event().unwrap() {
        events.push(event);
    }
    events
}

/// Events with fields as `event|id|data`, `-` for what is absent.
fn check(stream: &[u8], expected: &[&str]) {
    let text = |value: Option<&str>| value.unwrap_or("-").to_owned();
    let shown: Vec<String> = decode(&[stream])
        .iter()
        .filter(|event| event.event.is_some() || event.id.is_some() || event.data.is_some())
        .map(|event| {
            let data = event
                .data
                .as_ref()
                .map(|data| String::from_utf8_lossy(data).into_owned());
            format!(
                "{}|{}|{}",
                text(event.event.as_deref()),
                text(event.id.as_deref()),
                text(data.as_deref())
            )
        })
        .collect();
    assert_eq!(shown, expected, "{}", String::from_utf8_lossy(stream));
}

#[test]
fn events_are_read_as_the_standard_says() {
    check(b"data: a\n\ndata: b\n\n", &["-|-|a", "-|-|b"]);
    check(b"data: a\r\n\r\ndata: b\r\n\r\n", &["-|-|a", "-|-|b"]);
    check(b"data: a\r\rdata: b\r\r", &["-|-|a", "-|-|b"]);
    check(b"event: message\nid: 7\ndata:x\n\n", &["message|7|x"]);
    check(b"data: a\ndata:\ndata:  b\n\n", &["-|-|a\n\n b"]);
    check(b"\xEF\xBB\xBFdata: a\n\n", &["-|-|a"]);
    check(b"data: a\n\n\xEF\xBB\xBFdata: b\n\n", &["-|-|a"]);
    check(b": comment\ndata: a\n: inside\n\n: keep-alive\n\n", &["-|-|a"]);
    check(b"id: 1\nretry: 500\ndata:\n\n", &["-|1|"]);
    check(b"data\n\n", &["-|-|"]);
    check(b"data: cut off", &["-|-|cut off"]);
    check("data: Grüße\n\n".as_bytes(), &["-|-|Grüße"]);
}

#[test]
fn an_event_comes_out_with_its_last_byte() {
    for stream in ["data: a\n\n", "data: a\r\r", "data: a\r\n\r\n", ": hi\n", ": hi\r"] {
        let mut decoder = Decoder::new(100);
        decoder.push(stream.as_bytes());
        let event = decoder.next_event().unwrap().expect(stream);
        assert_eq!(event.raw, stream.as_bytes());
    }
}

#[test]
fn a_carriage_return_that_waited_for_its_line_feed_makes_no_event() {
    let events = decode(&[b"data: a\r", b"\n", b"data: b\r\n\r", b"\n"]);
    assert_eq!(
        events.iter().map(|event| event.data.clone()).collect::<Vec<_>>(),
        [Some(Bytes::from_static(b"a\nb"))]
    );
}

#[test]
fn the_limit_is_for_one_event() {
    let mut decoder = Decoder::new(10);
    decoder.push(b"data: a\n\ndata: b\n\n");
    assert!(decoder.next_event().unwrap().is_some());
    assert!(decoder.next_event().unwrap().is_some());
    for too_large in [&b"data: abcdef"[..], b"data: abc\n\n"] {
        let mut decoder = Decoder::new(10);
        decoder.push(too_large);
        assert_eq!(decoder.next_event(), Err(EventTooLarge { limit: 10 }));
    }
}

#[test]
fn other_data_leaves_the_other_lines() {
    for (event, data, expected) in [
        (
            "event: message\nid: 7\ndata: old\n\n",
            "new",
            "event: message\nid: 7\ndata: new\n\n",
        ),
        (
            "data: a\nretry: 5\ndata: b\n\n",
            "{\n 1\r\n}",
            "data: {\ndata:  1\ndata: }\nretry: 5\n\n",
        ),
        ("\u{feff}data: a\r: c\r\r", "new", "data: new\n: c\n\n"),
        ("data: cut off", "", "data: \n\n"),
        ("event: x\n\n", "new", "event: x\ndata: new\n\n"),
    ] {
        let events = decode(&[event.as_bytes()]);
        assert_eq!(String::from_utf8_lossy(&events[0].with_data(data.as_bytes())), expected);
    }
}

proptest! {
    #[test]
    fn chunks_do_not_matter_and_no_byte_is_lost(
        stream in prop::collection::vec(prop::sample::select(b"\r\n\r\n\r\n: xdate\xEF\xBB\xBF".to_vec()), 0..80),
        cuts in prop::collection::vec(1..7_usize, 1..20),
    ) {
        let mut chunks = Vec::new();
        let (mut rest, mut cuts) = (&stream[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let events = decode(&chunks);
        prop_assert_eq!(&events, &decode(&[&stream]));
        let raw: Vec<u8> = events.iter().flat_map(|event| event.raw.to_vec()).collect();
        prop_assert_eq!(raw, stream);
    }

    #[test]
    fn other_data_is_read_back(lines in "(data: a|event: b|id: 4|: c|\r|\n|\r\n){0,9}", data in "[a-z{}\n]{1,9}") {
        let events = decode(&[lines.as_bytes()]);
        if let Some(event) = events.first() {
            let back = decode(&[&event.with_data(data.as_bytes())]);
            let joined = data.strip_suffix('\n').unwrap_or(&data).as_bytes();
            prop_assert_eq!(back.iter().find_map(|event| event.data.as_deref()), Some(joined));
            prop_assert_eq!(back.iter().find_map(|event| event.id.clone()), event.id.clone());
        }
    }
}

//! Which message of an event stream policies must see: the answer to a request; on a resumed stream, the first answer
//! to whichever request; on any other stream none, and then none gets through.
//!
//! Never here: what policies make of it.

use ::mcp::{AnswerFinder, Decoder, Event, EventTooLarge, Id, Kind, Message, Output};

/// What a stream was asked for.
pub enum Awaited {
    /// The answer to the request of this id.
    Answer(Id),
    /// The rest of an earlier stream (`Last-Event-ID`), in which an answer may be.
    Rest,
    /// Messages of the server's own.
    Messages,
}

/// Finds it.
pub struct Finder {
    /// Cuts the stream into events, as long as it is not known whose answer is awaited.
    decoder: Option<Decoder>,
    answers: Option<AnswerFinder>,
    limit: usize,
    adopts: bool,
    ended: bool,
}

impl Finder {
    /// Looks for what is awaited; an event may have `limit` bytes.
    pub fn new(awaited: Awaited, limit: usize) -> Self {
        let adopts = matches!(awaited, Awaited::Rest);
        let (decoder, answers) = match awaited {
            Awaited::Answer(id) => (None, Some(AnswerFinder::new(id, limit))),
            Awaited::Rest | Awaited::Messages => (Some(Decoder::new(limit)), None),
        };
        Self {
            decoder,
            answers,
            limit,
            adopts,
            ended: false,
        }
    }

    /// Takes the stream's next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        match (&mut self.decoder, &mut self.answers) {
            (Some(decoder), _) => decoder.push(chunk),
            (None, Some(finder)) => finder.push(chunk),
            (None, None) => {}
        }
    }

    /// Tells that the stream has ended.
    pub fn end(&mut self) {
        self.ended = true;
        self.decoder.iter_mut().for_each(Decoder::end);
        self.answers.iter_mut().for_each(AnswerFinder::end);
    }

    /// The next output; none: more bytes are needed, or the stream is over.
    pub fn output(&mut self) -> Result<Option<Output>, EventTooLarge> {
        loop {
            if let Some(finder) = &mut self.answers
                && let Some(output) = finder.output()?
            {
                return Ok(Some(output));
            }
            let Some(decoder) = &mut self.decoder else {
                return Ok(None);
            };
            let Some(event) = decoder.next_event()? else {
                return Ok(None);
            };
            if let Some(finder) = &mut self.answers {
                finder.push(&event.raw);
                continue;
            }
            match answers(&event) {
                Answers::Nothing => return Ok(Some(Output::Pass(event.raw))),
                Answers::Request(id) if self.adopts => {
                    let finder = self.answers.insert(AnswerFinder::new(id, self.limit));
                    finder.push(&event.raw);
                    if self.ended {
                        finder.end();
                    }
                }
                Answers::Request(_) | Answers::Unknown => {}
            }
        }
    }
}

/// What an event answers.
enum Answers {
    Nothing,
    Request(Id),
    /// It could be taken for an answer, but not for whose.
    Unknown,
}

fn answers(event: &Event) -> Answers {
    let Some(data) = event.data.as_ref().filter(|data| !data.is_empty()) else {
        return Answers::Nothing;
    };
    let Ok(message) = Message::read(data) else {
        let is_message = event
            .event
            .as_deref()
            .is_none_or(|name| name.is_empty() || name == "message");
        return if is_message { Answers::Unknown } else { Answers::Nothing };
    };
    let entries = std::slice::from_ref(&message).iter().chain(message.entries());
    let mut responses = entries
        .filter(|entry| matches!(entry.kind(), Kind::Response | Kind::ErrorResponse))
        .peekable();
    if responses.peek().is_none() {
        return Answers::Nothing;
    }
    responses
        .find_map(|response| response.id().cloned())
        .map_or(Answers::Unknown, Answers::Request)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n";
    const ONE: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
    const TWO: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n";
    const ODD: &str = "data: {oops\n\n";

    /// `awaited` sees `events`; `passed` pass as they are, `answer` is for policies.
    #[track_caller]
    fn check(awaited: Awaited, events: &[&str], passed: &[&str], answer: Option<&str>) {
        let mut finder = Finder::new(awaited, 1 << 10);
        let (mut seen, mut found) = (Vec::new(), None);
        let mut take = |finder: &mut Finder| {
            while let Some(output) = finder.output().unwrap() {
                match output {
                    Output::Pass(bytes) => seen.push(String::from_utf8(bytes.to_vec()).unwrap()),
                    Output::Answer(event) => found = Some(String::from_utf8(event.raw.to_vec()).unwrap()),
                }
            }
        };
        for byte in events.concat().bytes() {
            finder.push(&[byte]);
            take(&mut finder);
        }
        finder.end();
        take(&mut finder);
        assert_eq!(seen.concat(), passed.concat());
        assert_eq!(found.as_deref(), answer);
    }

    #[test]
    fn only_the_awaited_message_is_for_policies() {
        let id = || {
            Message::read(&"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"m\"}".into())
                .unwrap()
                .id()
                .cloned()
                .unwrap()
        };
        check(Awaited::Answer(id()), &[NOTE, ONE, TWO, NOTE], &[NOTE, NOTE], Some(TWO));
        check(Awaited::Rest, &[NOTE, ONE, TWO, NOTE], &[NOTE, NOTE], Some(ONE));
        check(Awaited::Rest, &[NOTE, ONE.trim_end()], &[NOTE], Some(ONE.trim_end()));
        check(Awaited::Rest, &[NOTE, ODD, NOTE], &[NOTE, NOTE], None);
        check(
            Awaited::Messages,
            &[NOTE, ONE, ODD, ": keep-alive\n\n", NOTE],
            &[NOTE, ": keep-alive\n\n", NOTE],
            None,
        );
    }
}

//! `find-and-replace` replaces each occurrence of a text in the body: the request's in inbound and backend, the
//! response's in outbound and on-error.
//!
//! Characters are compared as they are (ordinal), in the body's character set, which it keeps; `to=""` deletes. An empty
//! `from` finds nothing. Headers stay. A body that would become larger than one that is kept may be is a failure.

use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use expression::text::Text;

pub(crate) const FIND_AND_REPLACE: Policy = Policy::new("find-and-replace", parse);

struct FindAndReplace {
    message: Message,
    from: Value<Text>,
    to: Value<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let (from, to) = (element.required("from"), element.required("to"));
    let message = element.rewrites_body();
    now(FindAndReplace {
        message,
        from: from?,
        to: to?,
    })
}

impl Step for FindAndReplace {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let (from, to) = (self.from.get(exchange)?, self.to.get(exchange)?);
        let Some(body) = exchange.body_to_rewrite(self.message)? else {
            return Ok(Flow::Next);
        };
        let most = usize::try_from(exchange.services.buffer_limit).unwrap_or(usize::MAX);
        let replaced = |bytes: &[u8]| {
            replaced(bytes, from.as_bytes(), to.as_bytes(), most).map_err(|TooLarge| {
                let message = format!("the result has more than the {most} bytes that a body may have");
                Failure::internal("FindAndReplaceFailed", message)
            })
        };
        let (content, text) = (body.content(), body.charset().map(|charset| (charset, body.text())));
        let bytes = match &text {
            None => replaced(content)?,
            Some((charset, text)) => {
                let bytes = replaced(text.as_bytes())?;
                bytes.map(|bytes| charset.encode_like(&String::from_utf8_lossy(&bytes), content))
            }
        };
        if let Some(bytes) = bytes {
            exchange.rewrite_body(self.message, bytes);
        }
        Ok(Flow::Next)
    }
}

/// The result is larger than a body may be.
#[derive(Debug)]
struct TooLarge;

/// The bytes with each `from` replaced, `most` at most; nothing when there is none.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8], most: usize) -> Result<Option<Vec<u8>>, TooLarge> {
    let finder = memchr::memmem::Finder::new(from);
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = finder.find(rest).filter(|_| !from.is_empty()) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        out.extend_from_slice(to);
        rest = behind.get(from.len()..).unwrap_or_default();
        if out.len() > most {
            return Err(TooLarge);
        }
    }
    if rest.len() == bytes.len() {
        return Ok(None);
    }
    out.extend_from_slice(rest);
    Ok(Some(out))
}

#[cfg(test)]
mod tests {
    use super::replaced;
    use crate::testing::{Bench, responds};

    #[test]
    fn each_occurrence_is_replaced() {
        for (text, from, to, expected) in [
            ("blue, blue", "blue", "yellow", "yellow, yellow"),
            ("aaa", "aa", "b", "ba"),
            ("Blue", "blue", "red", "Blue"),
            ("blue", "blue", "", ""),
            ("blue", "", "x", "blue"),
            ("zwölf ö", "ö", "oe", "zwoelf oe"),
        ] {
            let found = replaced(text.as_bytes(), from.as_bytes(), to.as_bytes(), 100).unwrap();
            let found = found.map_or(text.to_owned(), |bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(found, expected, "{text} {from} {to}");
        }
    }

    #[test]
    fn it_is_the_body_of_the_sections_message() {
        let edit = r#"<find-and-replace from='@("o" + "ld")' to='new' />"#;
        responds(&[
            (
                &format!("<inbound>{edit}</inbound>"),
                "POST /\nContent-Length: 8\nX: old\n\nold gold",
                "200 OK\n\nPOST http://backend.example/base/\nx: old\n\nnew gnew",
            ),
            (
                &format!("<inbound>{edit}</inbound>"),
                "GET /",
                "200 OK\n\nGET http://backend.example/base/",
            ),
        ]);
        let mut bench = Bench::new(&format!("<outbound>{edit}</outbound>")).answer("200\nContent-Length: 3\n\nold");
        assert_eq!(bench.run("GET /"), "200 OK\n\nnew");
    }

    #[test]
    fn what_grows_too_large_is_a_failure() {
        let edit = "<outbound><find-and-replace from='a' to='0123456789' /></outbound>";
        for (body, expected) in [("aa", "200 OK\n\n01234567890123456789"), ("aaa", "500 Internal")] {
            let mut bench = Bench::new(edit).answer(&format!("200\n\n{body}"));
            bench.buffer_limit = 20;
            let found = bench.run("GET /");
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn the_answer_within_a_stream_is_rewritten() {
        let mut bench = Bench::new("<outbound><find-and-replace from='1' to='2' /></outbound>").mcp("{1}");
        assert_eq!(bench.run("POST /mcp\n\n{}"), "200 OK\n\nbefore|{2}|after");
    }
}

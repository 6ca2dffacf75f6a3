//! HTTP messages as specifications write them: a first line, headers, an empty line, a body.
//!
//! Never here: what a message is for.

use crate::block::{Block, Problems};
use crate::codes;
use diagnostic::Span;
use http::HeaderValue;

/// A message as written.
#[derive(Clone, Debug)]
pub struct Message {
    /// The first line.
    pub first: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// What stands behind the empty line, without its last line end; `None` without an empty line.
    pub body: Option<String>,
    /// The byte of the block at which the body begins, if there is one.
    pub body_start: usize,
    /// Where it stands.
    pub span: Span,
}

impl Message {
    /// Reads a block's text; what is wrong is reported.
    pub fn read(block: &Block, problems: &mut Problems) -> Option<Self> {
        Self::read_from(block, 0, problems)
    }

    /// Reads a block's text from a byte on.
    pub fn read_from(block: &Block, start: usize, problems: &mut Problems) -> Option<Self> {
        let text = block.text.text().get(start..).unwrap_or_default();
        let (head, body) = match text.split_once("\n\n") {
            Some((head, body)) => (head, Some(body.strip_suffix('\n').unwrap_or(body).to_owned())),
            None => (text.strip_suffix('\n').unwrap_or(text), None),
        };
        let mut lines = head.split('\n');
        let first = lines.next().unwrap_or_default().trim().to_owned();
        let place = |from: usize, to: usize| block.text.original(Span::new(start + from, start + to));
        let mut at = head.find('\n').map_or(head.len(), |end| end + 1);
        let mut headers = Vec::new();
        for line in lines {
            let span = place(at, at + line.len());
            at += line.len() + 1;
            match line.split_once(':') {
                Some((name, value)) if is_token(name) && HeaderValue::from_bytes(value.trim().as_bytes()).is_ok() => {
                    headers.push((name.to_owned(), value.trim().to_owned()));
                }
                _ => {
                    let message = "expected a header such as `Name: value`, or an empty line before the body";
                    problems.error(codes::BAD_MESSAGE, span, message);
                    return None;
                }
            }
        }
        Some(Self {
            span: place(0, first.len()),
            body_start: start + head.len() + 2,
            first,
            headers,
            body,
        })
    }

    /// Method and URL, when the first line is a request's.
    pub fn method_and_url(&self) -> Option<(&str, &str)> {
        request_line(&self.first)
    }

    /// Status code and reason, when the first line is a response's.
    pub fn status(&self) -> Option<(u16, Option<&str>)> {
        status(&self.first)
    }
}

/// `GET /path`, `GET http://host/path HTTP/1.1`
pub fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, url) = line.split_once(' ')?;
    let url = url.strip_suffix(" HTTP/1.1").unwrap_or(url).trim();
    (is_token(method) && !url.is_empty() && !url.contains(' ')).then_some((method, url))
}

/// `200`, `200 OK`, `HTTP/1.1 200 OK`
pub fn status(line: &str) -> Option<(u16, Option<&str>)> {
    let line = line.strip_prefix("HTTP/1.1 ").unwrap_or(line);
    let (code, reason) = line
        .split_once(' ')
        .map_or((line, None), |(code, reason)| (code, Some(reason)));
    let code: u16 = code.parse().ok().filter(|code| (100..=999).contains(code))?;
    Some((code, reason))
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let is = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is)
}

//! `set-body` replaces a message's body: the request's in inbound and backend, the response's in outbound and on-error.
//!
//! The content is a literal (markup included, such as a SOAP envelope), an expression, or a `<value>` that holds one.
//! `Content-Type` stays; the length follows the body; `Content-Encoding` goes, unless the content is a `byte[]`. A `byte[]` is taken as it is, JSON and everything else by its
//! `ToString()`; null and nothing give an empty body. In an MCP server's stream the answering message is replaced and
//! the stream flows on.
//!
//! `template="liquid"`: the content is a DotLiquid template in C# mode (crate `liquid`). Its `body` is the message's body,
//! JSON or XML by `Content-Type`, and nil when it is neither, absent or consumed; reading it does not consume it. A body
//! that is not of its type fails the policy. `parse-date="false"` leaves strings of JSON that look like dates as they
//! are; `xsi-nil="null"` makes nil of an XML element that says `xsi:nil="true"`, and not an empty text. `context` has
//! `Request`, `Response` and `Variables`. What a filter cannot do is written as `Liquid error: …`, as DotLiquid does.

mod template;

use crate::block::Needs;
use crate::body::Body;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use bytes::Bytes;
use expression::body::MessageBody;
use expression::value::Value as Object;
use expression::{Reads, Target};
use template::LiquidBody;

pub(crate) const SET_BODY: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND).and(Sections::OUTBOUND),
    tolerated: Sections::ON_ERROR,
    ..Policy::new("set-body", parse)
};

struct SetBody {
    message: Message,
    content: NewBody,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let message = element.message();
    if message == Message::Response {
        element.need(Needs {
            reads: Reads::default(),
            answer: true,
        });
    }
    let content = read_content(element)?;
    now(SetBody { message, content })
}

impl Step for SetBody {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let Content { bytes, is_text } = self.content.get(exchange)?;
        if is_text {
            exchange.rewrite_body(self.message, bytes);
        } else {
            // Whoever makes bytes knows their coding.
            exchange.replace_bytes(self.message, bytes);
        }
        Ok(Flow::Next)
    }
}

#[derive(Clone, Copy)]
enum Template {
    None,
    Liquid,
}

const TEMPLATES: Words<Template> = &[("none", Template::None), ("liquid", Template::Liquid)];

/// What a `set-body` element makes a body of.
pub(crate) enum NewBody {
    /// A literal or an expression.
    Value(Value<Content>),
    /// A template.
    Liquid(LiquidBody),
}

impl NewBody {
    /// The body for this exchange.
    pub fn get(&self, exchange: &Exchange) -> Result<Content, Failure> {
        match self {
            Self::Value(value) => value.get(exchange),
            Self::Liquid(template) => Ok(Content::text(template.render(exchange)?)),
        }
    }
}

/// The content of a `set-body` element, wherever it stands.
pub(crate) fn read_content(element: &mut ElementReader<'_, '_>) -> Option<NewBody> {
    let is_liquid = is_liquid(element);
    let binding = template::Binding::read(element);
    content_of(element, is_liquid, binding)
}

/// The same where the message in hand has been dropped, so that a template sees no body.
pub(super) fn read_new_content(element: &mut ElementReader<'_, '_>) -> Option<NewBody> {
    let is_liquid = is_liquid(element);
    let binding = template::Binding::read(element);
    content_of(element, is_liquid, binding.without_body())
}

/// Whether an element's content is a template.
pub(super) fn is_liquid(element: &mut ElementReader<'_, '_>) -> bool {
    matches!(element.literal_word("template", TEMPLATES), Some(Template::Liquid))
}

/// The content of an element that says nothing of how a template sees bodies.
pub(super) fn plain_content(element: &mut ElementReader<'_, '_>, is_liquid: bool) -> Option<NewBody> {
    content_of(element, is_liquid, template::Binding::default())
}

fn content_of(element: &mut ElementReader<'_, '_>, is_liquid: bool, binding: template::Binding) -> Option<NewBody> {
    let is_in_value = element.count("value") == 1 && element.count("*") == 1;
    if is_liquid {
        let read = |element: &mut ElementReader<'_, '_>| LiquidBody::read(element, binding);
        let body = if is_in_value {
            element.one("value", read)
        } else {
            read(element)
        };
        return body.map(NewBody::Liquid);
    }
    let empty = || Value::Constant(Content::text(Bytes::new()));
    let given = if is_in_value {
        element.one("value", |value| Some(value.content().unwrap_or_else(empty)))
    } else {
        element.content()
    };
    Some(NewBody::Value(given.unwrap_or_else(empty)))
}

/// A body's bytes.
#[derive(Clone)]
pub(crate) struct Content {
    bytes: Bytes,
    /// Whether they are those of a text.
    is_text: bool,
}

impl Content {
    fn text(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            is_text: true,
        }
    }

    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    pub fn into_body(self) -> Body {
        if self.bytes.is_empty() {
            Body::Empty
        } else {
            Body::Buffered(MessageBody::new(self.bytes))
        }
    }
}

impl Readable for Content {
    const TARGET: Target = Target::Body;
    const EXPECTED: &'static str = "text or bytes";
    const KEEPS_SPACE: bool = true;
    fn from_literal(text: &str) -> Option<Self> {
        Some(Self::text(Bytes::copy_from_slice(text.as_bytes())))
    }
    fn from_object(object: Object) -> Option<Self> {
        Some(Self {
            is_text: !object.is_bytes(),
            bytes: object.body_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, responds};

    #[test]
    fn the_content_is_a_literal_markup_or_a_value() {
        for (element, expected) in [
            ("<set-body>a &lt; b</set-body>", "a < b"),
            ("<set-body>  a\n b </set-body>", "  a\n b "),
            ("<set-body><value>a</value></set-body>", "a"),
            (
                "<set-body><s:E xmlns:s='u'> <b>1</b></s:E></set-body>",
                "<s:E xmlns:s='u'> <b>1</b></s:E>",
            ),
            ("<set-body><![CDATA[<a>&amp;]]></set-body>", "<a>&amp;"),
            ("<set-body />", ""),
            ("<set-body template='none'> </set-body>", ""),
        ] {
            let policies = format!("<backend /><outbound>{element}</outbound>");
            let body = if expected.is_empty() {
                String::new()
            } else {
                format!("\n\n{expected}")
            };
            assert_eq!(Bench::new(&policies).run("GET /"), format!("200 OK{body}"), "{element}");
        }
    }

    #[test]
    fn the_length_follows_and_the_type_stays() {
        let body = "<set-body>new</set-body>";
        responds(&[
            (
                &format!("<inbound>{body}</inbound>"),
                "POST /\nContent-Length: 3\nContent-Type: text/plain\n\nold",
                "200 OK\n\nPOST http://backend.example/base/\ncontent-type: text/plain\n\nnew",
            ),
            (&format!("<outbound>{body}</outbound>"), "GET /", "200 OK\n\nnew"),
        ]);
    }
}

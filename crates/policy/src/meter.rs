//! How many bytes of an exchange's bodies have passed, once no more can.
//!
//! Never here: what they are counted for.

use crate::body::{Body, BodyError, StreamBody};
use crate::exchange::Exchange;
use bytes::Bytes;
use http::Method;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Counts the bytes of both bodies of an exchange; told to those who asked when the last part of it is dropped.
#[derive(Default)]
pub(crate) struct Meter {
    bytes: Cell<u64>,
    acts: RefCell<Vec<Act>>,
}

/// What is done with the number.
type Act = Box<dyn FnOnce(u64)>;

impl Exchange {
    /// Has `act` told the bytes of the request's and the response's body, as far as they have passed, when both have, or
    /// when the exchange is given up.
    pub(crate) fn when_passed(&mut self, act: impl FnOnce(u64) + 'static) {
        let meter = self.state.meter.take().unwrap_or_else(|| {
            let meter = Rc::<Meter>::default();
            self.request.body = meter.measure(std::mem::take(&mut self.request.body));
            meter
        });
        meter.acts.borrow_mut().push(Box::new(act));
        self.state.meter = Some(meter);
    }

    /// Measures the response's body as it leaves, if somebody asked.
    pub(crate) fn measure_response(&mut self) {
        // The answer to HEAD has no body, whatever policies have made.
        if let Some(meter) = self.state.meter.take().filter(|_| self.request.method != Method::HEAD) {
            let response = self.response_mut();
            response.body = meter.measure(std::mem::take(&mut response.body));
        }
    }
}

impl Meter {
    fn measure(self: &Rc<Self>, body: Body) -> Body {
        match body {
            Body::Stream(stream) => Body::Stream(Box::pin(Measured {
                stream,
                meter: Rc::clone(self),
            })),
            Body::Buffered(message) => {
                self.count(message.bytes().len());
                Body::Buffered(message)
            }
            other => other,
        }
    }

    fn count(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_add(bytes as u64));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        for act in self.acts.take() {
            act(self.bytes.get());
        }
    }
}

/// A body whose bytes are counted.
struct Measured {
    stream: StreamBody,
    meter: Rc<Meter>,
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = self.stream.as_mut().poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.meter.count(frame.data_ref().map_or(0, Bytes::len));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.stream.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, response_text};
    use std::cell::Cell;
    use std::rc::Rc;

    /// Bytes told after the response was taken, and whether they were told only then.
    fn passed(policies: &str, request: &str) -> (u64, bool) {
        let mut bench = Bench::new(policies).answer("200\n\n12345");
        let plan = bench.plan(None);
        let mut exchange = bench.exchange(request);
        let told = Rc::new(Cell::new(None));
        let tell = Rc::clone(&told);
        exchange.when_passed(move |bytes| tell.set(Some(bytes)));
        ready(plan.run(&mut exchange));
        let early = told.get().is_some();
        response_text(&mut exchange);
        drop(exchange);
        (told.get().unwrap(), !early)
    }

    #[test]
    fn both_bodies_count_as_far_as_they_pass() {
        for (policies, request, expected) in [
            ("", "GET /", 5),
            ("", "POST /\n\n123", 8),
            ("", "HEAD /", 0),
            ("<outbound><set-body>1234567</set-body></outbound>", "POST /\n\n123", 10),
            ("<inbound><set-body>1234567</set-body></inbound>", "POST /\n\n123", 5),
            ("<inbound><return-response /></inbound>", "POST /\n\n123", 0),
        ] {
            assert_eq!(passed(policies, request).0, expected, "{policies} {request}");
        }
        assert!(passed("", "POST /\n\n123").1);
    }
}

//! A response as bytes.
//!
//! Bytes from a cache that others write to may be anything: what is not understood is no response.

use crate::body::Body;
use crate::coding;
use crate::exchange::ResponseMessage;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::time::Duration;

/// Names the form; another form begins with another byte.
const VERSION: u8 = 2;

/// A response that is kept.
pub(crate) struct Entry {
    /// When it expires, in ticks, by the clock of the gateway that kept it.
    pub ends: i64,
    /// How long it lasts in all, in ticks.
    pub lasts: i64,
    pub status: StatusCode,
    /// Reason phrase where it is not the standard one.
    pub reason: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Entry {
    /// As bytes; `None` when it is larger than any response.
    pub fn encode(&self) -> Option<Bytes> {
        let mut out = Vec::with_capacity(self.body.len() + 512);
        out.push(VERSION);
        out.extend(self.ends.to_le_bytes());
        out.extend(self.lasts.to_le_bytes());
        out.extend(self.status.as_u16().to_le_bytes());
        put(&mut out, self.reason.as_deref().unwrap_or_default().as_bytes())?;
        out.extend(u32::try_from(self.headers.len()).ok()?.to_le_bytes());
        for (name, value) in &self.headers {
            put(&mut out, name.as_str().as_bytes())?;
            put(&mut out, value.as_bytes())?;
        }
        out.extend_from_slice(&self.body);
        Some(out.into())
    }

    /// The response that these bytes were made of.
    pub fn decode(bytes: &Bytes) -> Option<Self> {
        let mut rest: &[u8] = bytes;
        if take(&mut rest)? != [VERSION] {
            return None;
        }
        let ends = i64::from_le_bytes(take(&mut rest)?);
        let lasts = i64::from_le_bytes(take(&mut rest)?);
        let status = StatusCode::from_u16(u16::from_le_bytes(take(&mut rest)?)).ok()?;
        let reason = std::str::from_utf8(block(&mut rest)?).ok()?;
        let mut headers = HeaderMap::new();
        for _ in 0..u32::from_le_bytes(take(&mut rest)?) {
            let name = HeaderName::from_bytes(block(&mut rest)?).ok()?;
            headers
                .try_append(name, HeaderValue::from_bytes(block(&mut rest)?).ok()?)
                .ok()?;
        }
        Some(Self {
            ends,
            lasts,
            status,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
            headers,
            body: bytes.slice(bytes.len() - rest.len()..),
        })
    }

    /// How long it lasts still, when it is `now` by this gateway's clock, which may have been set since, or be another.
    pub fn left(&self, now: i64) -> Duration {
        let ticks = self.ends.saturating_sub(now).clamp(0, self.lasts.max(0));
        Duration::from_nanos(ticks.unsigned_abs().saturating_mul(100))
    }

    /// The response as if the backend had just sent it, of whose decoded body `limit` bytes are read at most.
    pub fn into_response(self, limit: u64) -> ResponseMessage {
        ResponseMessage {
            status: self.status,
            reason: self.reason.map(Into::into),
            body: Body::Buffered(coding::kept(&self.headers, self.body, limit)),
            headers: self.headers,
            ..ResponseMessage::default()
        }
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    out.extend(u32::try_from(bytes.len()).ok()?.to_le_bytes());
    out.extend_from_slice(bytes);
    Some(())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

fn block<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
    let (block, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry() -> Entry {
        let headers = [("a", &b"1"[..]), ("b", b"\xe4"), ("a", b"2")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap()));
        Entry {
            ends: 7,
            lasts: 5,
            status: StatusCode::IM_A_TEAPOT,
            reason: Some("Tea".into()),
            headers: headers.into_iter().collect(),
            body: Bytes::from_static(b"\x00body"),
        }
    }

    #[test]
    fn a_response_comes_back_byte_for_byte() {
        let again = Entry::decode(&entry().encode().unwrap()).unwrap();
        assert_eq!(
            (again.ends, again.status, again.reason.as_deref()),
            (7, StatusCode::IM_A_TEAPOT, Some("Tea"))
        );
        assert_eq!((again.headers, again.body), (entry().headers, entry().body));
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_read_without_harm(at in 0..60_usize, byte: u8, end in 0..60_usize) {
            let mut bytes = entry().encode().unwrap().to_vec();
            let length = bytes.len();
            bytes[at % length] = byte;
            Entry::decode(&bytes.clone().into());
            bytes.truncate(end % length);
            Entry::decode(&bytes.into());
        }
    }
}

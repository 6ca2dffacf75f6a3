//! Codings of bodies (`Content-Encoding`): gzip, deflate and br; and their character sets (`Content-Type`).
//!
//! What reads a body reads what is within; a body that nobody rewrites passes as it came. Other codings are left alone.
//! Never here: who reads a body, what becomes of the header.

use bytes::Bytes;
use expression::body::MessageBody;
use expression::charset::Charset;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use std::io::Read;

/// Codings on top of each other that are taken off at most.
const MOST_CODINGS: usize = 3;

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// A body that has been kept, which readers see decoded by what its headers say, up to `limit` bytes.
pub(crate) fn kept(headers: &HeaderMap, bytes: Bytes, limit: u64) -> MessageBody {
    let body = match codings(headers) {
        Some(codings) if !codings.is_empty() && !bytes.is_empty() => {
            MessageBody::encoded(bytes, move |bytes| decoded(bytes, &codings, limit))
        }
        _ => MessageBody::new(bytes),
    };
    body.in_charset(charset(headers))
}

/// The character set that `Content-Type` names, if it is not UTF-8.
pub(crate) fn charset(headers: &HeaderMap) -> Option<Charset> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parameters = content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='));
    let (_, name) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Charset::of_name(name)
}

/// The codings in the order in which they were put on; nothing where one of them is not known.
fn codings(headers: &HeaderMap) -> Option<Vec<Coding>> {
    let mut found = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.to_str().ok()?.split(',') {
            found.push(match name.trim().to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                "br" => Coding::Brotli,
                "identity" | "" => continue,
                _ => return None,
            });
        }
    }
    (found.len() <= MOST_CODINGS).then_some(found)
}

fn decoded(bytes: &[u8], codings: &[Coding], limit: u64) -> Result<Bytes, String> {
    let mut out: Option<Vec<u8>> = None;
    for coding in codings.iter().rev() {
        out = Some(without(*coding, out.as_deref().unwrap_or(bytes), limit)?);
    }
    Ok(out.unwrap_or_else(|| bytes.to_vec()).into())
}

fn without(coding: Coding, bytes: &[u8], limit: u64) -> Result<Vec<u8>, String> {
    match coding {
        Coding::Gzip => read("gzip", MultiGzDecoder::new(bytes), limit),
        // RFC 9110, section 8.4.1.2: the zlib format, which some senders leave out.
        Coding::Deflate if has_zlib_head(bytes) => read("deflate", ZlibDecoder::new(bytes), limit),
        Coding::Deflate => read("deflate", DeflateDecoder::new(bytes), limit),
        Coding::Brotli => read("br", brotli_decompressor::Decompressor::new(bytes, 4096), limit),
    }
}

/// RFC 1950, section 2.2: the method is 8, and the first two bytes are a multiple of 31.
fn has_zlib_head(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

fn read(name: &str, decoder: impl Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let read = decoder.take(limit.saturating_add(1)).read_to_end(&mut out);
    read.map_err(|error| format!("the body is not of the coding {name} that its Content-Encoding names: {error}"))?;
    if out.len() as u64 > limit {
        return Err(format!(
            "the body ({name}) is larger than {limit} bytes when it is decoded"
        ));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;
    use std::io::Write;

    /// `hello hello hello hello` as `brotli` writes it.
    const BROTLI: &[u8] = &[
        27, 22, 0, 248, 141, 148, 110, 222, 68, 85, 134, 150, 108, 32, 111, 33, 79, 28, 224, 56,
    ];
    const TEXT: &str = "hello hello hello hello";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn body(coding: &str, bytes: &[u8], limit: u64) -> MessageBody {
        let coding = HeaderValue::from_str(coding).unwrap();
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, coding)]);
        kept(&headers, Bytes::copy_from_slice(bytes), limit)
    }

    #[test]
    fn what_is_read_is_decoded() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(TEXT.as_bytes()).unwrap();
        let zlib = zlib.finish().unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(TEXT.as_bytes()).unwrap();
        let raw = raw.finish().unwrap();
        let once = gzip(TEXT.as_bytes());
        for (coding, bytes) in [
            ("gzip", once.clone()),
            ("X-GZIP", once.clone()),
            ("identity, gzip", once.clone()),
            ("gzip, gzip", gzip(&once)),
            ("deflate, gzip", gzip(&zlib)),
            ("deflate", zlib),
            ("deflate", raw),
            ("br", BROTLI.to_vec()),
        ] {
            let body = body(coding, &bytes, 100);
            assert_eq!(body.text().as_str(), TEXT, "{coding}");
            assert_eq!(body.fault(), None, "{coding}");
            assert_eq!(**body.bytes(), *bytes, "{coding}");
        }
    }

    #[test]
    fn what_is_not_known_stays() {
        for coding in ["zstd", "gzip, zstd", "gzip,gzip,gzip,gzip"] {
            assert_eq!(body(coding, b"abc", 100).text().as_str(), "abc", "{coding}");
        }
    }

    #[test]
    fn bombs_and_lies_are_faults() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        let fault = body("gzip", &bomb, 1000).fault().unwrap().to_owned();
        assert_eq!(fault, "the body (gzip) is larger than 1000 bytes when it is decoded");
        let twice = body("gzip, gzip", &gzip(&bomb), 1 << 16);
        assert!(twice.fault().is_some());
        for coding in ["gzip", "deflate", "br"] {
            let fault = body(coding, b"{\"plain\":true}", 1000).fault().unwrap().to_owned();
            assert!(fault.contains(&format!("not of the coding {coding}")), "{fault}");
        }
    }
}

//! Base64 (RFC 4648) into bytes, both alphabets.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `Convert.FromBase64String`: white space is skipped, padding is required.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let padding = digits.iter().rev().take_while(|digit| **digit == b'=').count();
    if padding > 2 {
        return None;
    }
    decode_digits(digits.get(..digits.len() - padding)?)
}

/// The URL-safe alphabet without padding, as in a JWT.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .trim_end_matches('=')
        .bytes()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    decode_digits(&digits)
}

fn decode_digits(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut group = 0u32;
        for (at, digit) in chunk.iter().enumerate() {
            let value = ALPHABET.iter().position(|letter| letter == digit)?;
            group |= (value as u32) << (18 - 6 * at);
        }
        let all = group.to_be_bytes();
        bytes.extend(
            all.iter()
                .skip(1)
                .take(chunk.len().checked_sub(1).filter(|count| *count > 0)?),
        );
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(crate::json::base64(plain.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(decode("YQ"), None);
        assert_eq!(decode("Y Q = =").unwrap(), b"a");
        assert_eq!(decode("Y==="), None);
        assert_eq!(decode_url("_-8").unwrap(), [255, 239]);
    }
}

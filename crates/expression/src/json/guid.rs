//! .NET's `Guid` as a number whose hexadecimal digits are its text.

/// `Guid.Parse`: 32 digits, plain, with dashes, or those in braces or parentheses. `None` where .NET throws.
pub fn parse_guid(text: &str) -> Option<u128> {
    let text = text.trim();
    let inner = match text.chars().next()? {
        '{' => text.strip_prefix('{')?.strip_suffix('}')?,
        '(' => text.strip_prefix('(')?.strip_suffix(')')?,
        _ => text,
    };
    let dashed = inner.len() == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|at| inner.as_bytes().get(*at) == Some(&b'-'));
    let digits = if dashed {
        inner.replace('-', "")
    } else {
        inner.to_string()
    };
    let plain = dashed || inner.len() == text.len();
    if !plain || digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok()
}

/// `Guid.ToString()`: lower case with dashes.
pub fn format_guid(guid: u128) -> String {
    let part = |shift: u32, bits: u32| (guid >> shift) & ((1_u128 << bits) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 32),
        part(80, 16),
        part(64, 16),
        part(48, 16),
        part(0, 48)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_read_and_print() {
        let text = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let guid = parse_guid(text).unwrap();
        assert_eq!(format_guid(guid), text);
        assert_eq!(parse_guid("{0F8FAD5B-D9CB-469F-A165-70867728950E}"), Some(guid));
        assert_eq!(parse_guid("0f8fad5bd9cb469fa16570867728950e"), Some(guid));
        for text in [
            "",
            "x",
            "{0f8fad5bd9cb469fa16570867728950e}",
            "0f8fad5b-d9cb-469f-a165-70867728950",
            "+f8fad5bd9cb469fa16570867728950e",
        ] {
            assert_eq!(parse_guid(text), None, "{text}");
        }
    }
}

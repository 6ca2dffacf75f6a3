//! Numeric literals: `1_000`, `0xFF`, `0b1010`, `1.5e3`, suffixes. Never here: the sign, which is an operator.

use super::ast::Literal;

/// What [`scan`] found.
pub(super) struct Number {
    /// Bytes of the literal.
    pub(super) length: usize,
    pub(super) literal: Literal,
    pub(super) problem: Option<(&'static str, String)>,
}

/// Reads the number at the start of `text`, which starts with a digit or with `.` and a digit.
pub(super) fn scan(text: &str) -> Number {
    let radix = match text.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0b" | "0B") => 2,
        _ => return decimal(text),
    };
    let digits = digits(text.get(2..).unwrap_or_default(), radix);
    integer(text, digits, 2, radix)
}

/// The digits and separators at the start of `text`.
fn digits(text: &str, radix: u32) -> &str {
    let end = text
        .find(|c: char| c != '_' && !c.is_digit(radix))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn integer(text: &str, digits: &str, prefix: usize, radix: u32) -> Number {
    let rest = text.get(prefix + digits.len()..).unwrap_or_default();
    let suffix = rest
        .find(|c| !matches!(c, 'u' | 'U' | 'l' | 'L'))
        .unwrap_or(rest.len())
        .min(2);
    let suffix = rest.get(..suffix).unwrap_or_default().to_ascii_lowercase();
    // `1uu` is the number `1u` and a name.
    let suffix = if matches!(suffix.as_str(), "uu" | "ll") {
        suffix.get(..1).unwrap_or_default()
    } else {
        &suffix
    };
    let written = digits.replace('_', "");
    let value = u64::from_str_radix(&written, radix);
    let problem = if written.is_empty() || digits.ends_with('_') {
        Some((
            "CS1013",
            format!(
                "`{}` is not a number: a digit must follow",
                text.get(..prefix + digits.len()).unwrap_or_default()
            ),
        ))
    } else if value.is_err() {
        Some(("CS1021", "the whole number does not fit into 64 bits".to_owned()))
    } else {
        None
    };
    let literal = Literal::Integer {
        value: value.unwrap_or(0),
        unsigned: suffix.contains('u'),
        long: suffix.contains('l'),
    };
    Number {
        length: prefix + digits.len() + suffix.len(),
        literal,
        problem,
    }
}

fn decimal(text: &str) -> Number {
    let whole = digits(text, 10);
    let mut length = whole.len();
    let after = |length: usize| text.get(length..).unwrap_or_default();
    let mut real = false;
    if let Some(fraction) = after(length)
        .strip_prefix('.')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        length += 1 + digits(fraction, 10).len();
        real = true;
    }
    if let Some(exponent) = after(length).strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            length += 1 + (exponent.len() - unsigned.len()) + digits(unsigned, 10).len();
            real = true;
        }
    }
    let suffix = after(length)
        .chars()
        .next()
        .map(|c| c.to_ascii_lowercase())
        .filter(|c| matches!(c, 'f' | 'd' | 'm'));
    if !real && suffix.is_none() {
        return integer(text, whole, 0, 10);
    }
    let written = text.get(..length).unwrap_or_default();
    let number = written.replace('_', "");
    let mut problem = written
        .ends_with('_')
        .then(|| ("CS1013", format!("`{written}` is not a number: a digit must follow")));
    let literal = match suffix {
        Some('f') => Literal::Single(number.parse().unwrap_or(f32::INFINITY)),
        Some('m') => Literal::Decimal(number),
        _ => Literal::Double(number.parse().unwrap_or(f64::INFINITY)),
    };
    let infinite = matches!(literal, Literal::Single(value) if value.is_infinite())
        || matches!(literal, Literal::Double(value) if value.is_infinite());
    if infinite {
        problem = Some(("CS0594", format!("`{written}` is outside the range of its type")));
    }
    Number {
        length: length + usize::from(suffix.is_some()),
        literal,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: u64, unsigned: bool, long: bool) -> Literal {
        Literal::Integer { value, unsigned, long }
    }

    #[test]
    fn numbers_and_where_they_end() {
        let check = |text: &str, length: usize, literal: Literal| {
            let number = scan(text);
            assert_eq!(
                (number.length, number.literal, number.problem),
                (length, literal, None),
                "{text}"
            );
        };
        check("0", 1, whole(0, false, false));
        check("1_000;", 5, whole(1000, false, false));
        check("0xFFul)", 6, whole(255, true, true));
        check("0x_FF", 5, whole(255, false, false));
        check("0b1010_1010", 11, whole(170, false, false));
        check("1LU", 3, whole(1, true, true));
        check("1uu", 2, whole(1, true, false));
        check("18446744073709551615", 20, whole(u64::MAX, false, false));
        check("1.ToString()", 1, whole(1, false, false));
        check("1..2", 1, whole(1, false, false));
        check("1.5", 3, Literal::Double(1.5));
        check(".5f", 3, Literal::Single(0.5));
        check("1e3", 3, Literal::Double(1000.0));
        check("1.5E-2d", 7, Literal::Double(0.015));
        check("1em", 1, whole(1, false, false));
        check("1.50m", 5, Literal::Decimal("1.50".to_owned()));
        check("1_0m", 4, Literal::Decimal("10".to_owned()));
        check("0xFd", 4, whole(0xFD, false, false));
    }

    #[test]
    fn wrong_numbers() {
        for (text, code) in [
            ("1_", "CS1013"),
            ("0x", "CS1013"),
            ("0b2", "CS1013"),
            ("18446744073709551616", "CS1021"),
            ("1e999", "CS0594"),
            ("1e39f", "CS0594"),
        ] {
            assert_eq!(scan(text).problem.map(|(code, _)| code), Some(code), "{text}");
        }
    }
}

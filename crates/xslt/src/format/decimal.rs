//! `format-number()` (12.3): pictures as the Java Development Kit 1.1 has them.

use super::grouped;
use std::sync::Arc;

/// `xsl:decimal-format`
#[derive(Clone, Debug)]
pub struct DecimalFormat {
    decimal_separator: char,
    grouping_separator: char,
    minus_sign: char,
    percent: char,
    per_mille: char,
    zero_digit: char,
    digit: char,
    pattern_separator: char,
    /// What stands for infinity.
    pub infinity: Arc<str>,
    /// What stands for what is no number.
    pub nan: Arc<str>,
}

impl Default for DecimalFormat {
    fn default() -> Self {
        Self {
            decimal_separator: '.',
            grouping_separator: ',',
            minus_sign: '-',
            percent: '%',
            per_mille: '\u{2030}',
            zero_digit: '0',
            digit: '#',
            pattern_separator: ';',
            infinity: "Infinity".into(),
            nan: "NaN".into(),
        }
    }
}

/// One half of a picture, for numbers of one sign.
#[derive(Debug, Default, PartialEq, Eq)]
struct Picture {
    prefix: String,
    suffix: String,
    /// Digits before the point at least; after it at least and at most.
    least_whole: usize,
    least_fraction: usize,
    most_fraction: usize,
    /// Digits in a group; 0 for none.
    group: usize,
    /// The number is multiplied by 10 as often.
    shift: usize,
}

impl DecimalFormat {
    /// The attributes of `xsl:decimal-format` that are one character, with these.
    pub fn characters(&mut self) -> [(&'static str, &mut char); 8] {
        [
            ("decimal-separator", &mut self.decimal_separator),
            ("grouping-separator", &mut self.grouping_separator),
            ("minus-sign", &mut self.minus_sign),
            ("percent", &mut self.percent),
            ("per-mille", &mut self.per_mille),
            ("zero-digit", &mut self.zero_digit),
            ("digit", &mut self.digit),
            ("pattern-separator", &mut self.pattern_separator),
        ]
    }

    /// A number as a picture shows it.
    ///
    /// # Errors
    /// What is wrong with the picture.
    pub fn format(&self, number: f64, picture: &str) -> Result<String, String> {
        let mut halves = picture.split(self.pattern_separator);
        let (positive, negative, more) = (halves.next().unwrap_or_default(), halves.next(), halves.next());
        if more.is_some() {
            let separator = self.pattern_separator;
            return Err(format!("the picture '{picture}' has more than one '{separator}'"));
        }
        let positive = self.picture(positive)?;
        if number.is_nan() {
            return Ok(self.nan.to_string());
        }
        let is_negative = number.is_sign_negative() && number != 0.0;
        let (shown, sign) = match negative.map(|negative| self.picture(negative)).transpose()? {
            Some(negative) if is_negative => {
                // Only what stands around the digits differs.
                let around = Picture {
                    prefix: negative.prefix,
                    suffix: negative.suffix,
                    ..positive
                };
                (around, None)
            }
            _ => (positive, Some(self.minus_sign).filter(|_| is_negative)),
        };
        let digits = if number.is_infinite() {
            self.infinity.to_string()
        } else {
            self.digits(number.abs(), &shown)
        };
        // What is rounded to zero has no sign.
        let is_zero = number.is_finite() && !digits.contains(|c: char| c.is_numeric() && c != self.zero_digit);
        let sign = sign.filter(|_| !is_zero);
        let sign = sign.map(String::from).unwrap_or_default();
        Ok(format!("{sign}{}{digits}{}", shown.prefix, shown.suffix))
    }

    fn picture(&self, text: &str) -> Result<Picture, String> {
        let mut found = Picture::default();
        let (mut in_fraction, mut in_suffix, mut has_digits) = (false, false, false);
        let mut group = None;
        for c in text.chars() {
            let numeric = [
                self.digit,
                self.zero_digit,
                self.decimal_separator,
                self.grouping_separator,
            ]
            .contains(&c);
            if numeric && in_suffix {
                return Err(format!("the picture '{text}' has digits at two places"));
            }
            if !numeric {
                if c == self.percent {
                    found.shift = 2;
                } else if c == self.per_mille {
                    found.shift = 3;
                }
                in_suffix = has_digits;
                let around = if has_digits {
                    &mut found.suffix
                } else {
                    &mut found.prefix
                };
                around.push(c);
                continue;
            }
            has_digits = true;
            if c == self.decimal_separator {
                if in_fraction {
                    return Err(format!("the picture '{text}' has two points"));
                }
                in_fraction = true;
            } else if c == self.grouping_separator {
                if in_fraction {
                    return Err(format!("the picture '{text}' has groups behind the point"));
                }
                group = Some(0);
            } else if in_fraction {
                found.most_fraction += 1;
                if c == self.zero_digit {
                    if found.least_fraction + 1 < found.most_fraction {
                        return Err(format!("the picture '{text}' has '{c}' behind '{}'", self.digit));
                    }
                    found.least_fraction += 1;
                }
            } else {
                group = group.map(|size: usize| size + 1);
                if c == self.zero_digit {
                    found.least_whole += 1;
                } else if found.least_whole > 0 {
                    return Err(format!("the picture '{text}' has '{c}' behind '{}'", self.zero_digit));
                }
            }
        }
        if !has_digits {
            return Err(format!("the picture '{text}' has no digits"));
        }
        found.group = group.unwrap_or(0);
        Ok(found)
    }

    /// The digits of a number that is not negative.
    fn digits(&self, number: f64, picture: &Picture) -> String {
        // .NET formats the first fifteen digits of a number.
        let text = format!("{number:.14e}").parse().unwrap_or(number).to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
        for _ in 0..picture.shift {
            let next = if fraction.is_empty() { '0' } else { fraction.remove(0) };
            whole.push(next);
        }
        let (whole, fraction) = rounded(&whole, &fraction, picture.most_fraction);
        let whole = whole.trim_start_matches('0');
        let mut fraction = fraction.trim_end_matches('0').to_owned();
        while fraction.len() < picture.least_fraction {
            fraction.push('0');
        }
        let whole = format!("{whole:0>width$}", width = picture.least_whole);
        let mut out = grouped(&whole, &self.grouping_separator.to_string(), picture.group);
        if !fraction.is_empty() {
            out.push(self.decimal_separator);
            out.push_str(&fraction);
        }
        if self.zero_digit == '0' {
            return out;
        }
        let own = |c: char| {
            let value = c.to_digit(10)?;
            char::from_u32(u32::from(self.zero_digit) + value)
        };
        out.chars().map(|c| own(c).unwrap_or(c)).collect()
    }
}

/// Decimal digits with at most so many behind the point; halves go away from zero.
fn rounded(whole: &str, fraction: &str, most: usize) -> (String, String) {
    if fraction.len() <= most {
        return (whole.to_owned(), fraction.to_owned());
    }
    let (kept, dropped) = fraction.split_at_checked(most).unwrap_or((fraction, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    let mut carries = dropped.as_bytes().first().is_some_and(|digit| *digit >= b'5');
    for digit in digits.iter_mut().rev() {
        if !carries {
            break;
        }
        carries = *digit == b'9';
        *digit = if carries { b'0' } else { *digit + 1 };
    }
    if carries {
        digits.insert(0, b'1');
    }
    let all: String = digits.into_iter().map(char::from).collect();
    let point = all.len() - kept.len();
    let (whole, fraction) = all.split_at_checked(point).unwrap_or((&all, ""));
    (whole.to_owned(), fraction.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: f64, picture: &str, expected: &str) {
        let shown = DecimalFormat::default().format(number, picture);
        let shown = shown.unwrap_or_else(|error| format!("error: {error}"));
        assert_eq!(shown, expected, "{number} as {picture}");
    }

    #[test]
    fn pictures_show_numbers() {
        check(1234.5, "#,##0.00", "1,234.50");
        check(0.0, "#,##0.00", "0.00");
        check(0.5, "#.##", ".5");
        // As in .NET; Java writes a zero.
        check(0.0, "#", "");
        check(0.0, "#.#", "");
        check(-3.25, "0.0", "-3.3");
        check(2.675, "0.00", "2.68");
        check(999.995, "#,##0.00", "1,000.00");
        check(-1.0, "0;(0)", "(1)");
        check(-1.5, "0.0;neg 0", "neg 1.5");
        check(0.256, "0%", "26%");
        check(0.256, "#0.0\u{2030}", "256.0\u{2030}");
        check(12.0, "$000", "$012");
        check(1_234_567.0, "#,###", "1,234,567");
        check(12345.0, "####,00", "1,23,45");
        check(f64::NAN, "0", "NaN");
        check(f64::INFINITY, "0", "Infinity");
        check(f64::NEG_INFINITY, "0", "-Infinity");
        check(-0.001, "0.0", "0.0");
        check(123_456_789_012_345_678.0, "0", "123456789012346000");
        check(1e21, "0", "1000000000000000000000");
        check(5.0, "0 pieces", "5 pieces");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        check(1.0, "", "error: the picture '' has no digits");
        check(1.0, "0;0;0", "error: the picture '0;0;0' has more than one ';'");
        check(1.0, "0.0.0", "error: the picture '0.0.0' has two points");
        check(1.0, "0 x 0", "error: the picture '0 x 0' has digits at two places");
        check(1.0, "0#", "error: the picture '0#' has '#' behind '0'");
        check(1.0, "0.#0", "error: the picture '0.#0' has '0' behind '#'");
    }
}

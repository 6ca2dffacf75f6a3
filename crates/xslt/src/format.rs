//! Numbers as texts: `format-number()` and `xsl:number`.

pub mod counting;
pub mod decimal;

use xml::xpath::number_text;

/// `string(number)` as the recommendation says it: never with an exponent.
pub fn number(number: f64) -> String {
    if number.is_finite() && number != 0.0 {
        number.to_string()
    } else {
        number_text(number)
    }
}

/// Digits with a separator between groups, counted from the right.
pub fn grouped(digits: &str, separator: &str, size: usize) -> String {
    let count = digits.chars().count();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && size > 0 && (count - at).is_multiple_of(size) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

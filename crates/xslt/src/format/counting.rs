//! The formats of `xsl:number` (7.7.1): `1`, `01`, `a`, `A`, `i`, `I`, and what stands between them.

use super::grouped;

/// A list of numbers in a format such as `1.a)`.
pub fn format(numbers: &[f64], format: &str, separator: &str, size: usize) -> String {
    let tokens = tokens(format);
    let is_token = |token: &&String| token.chars().next().is_some_and(char::is_alphanumeric);
    let prefix = tokens.first().filter(|token| !is_token(token));
    let suffix = tokens.last().filter(|token| !is_token(token));
    // A format of nothing but punctuation stands before and behind.
    let places: Vec<usize> = (0..tokens.len())
        .filter(|at| tokens.get(*at).is_some_and(|token| is_token(&token)))
        .collect();
    let mut out = prefix.cloned().unwrap_or_default();
    for (index, number) in numbers.iter().enumerate() {
        let place = places.get(index).or(places.last());
        let token = place.and_then(|at| tokens.get(*at)).map_or("1", String::as_str);
        if index > 0 {
            // What stands before a number's token; the last one again for all that follow, and a point when there is none.
            let between = place
                .filter(|at| **at > 0 && places.len() > 1)
                .and_then(|at| tokens.get(at - 1));
            out.push_str(between.map_or(".", String::as_str));
        }
        out.push_str(&one(*number, token, separator, size));
    }
    if !places.is_empty() || tokens.len() == 1 {
        out.push_str(suffix.map_or("", String::as_str));
    }
    out
}

/// A format's letters and digits, and what stands between.
fn tokens(format: &str) -> Vec<String> {
    let (mut tokens, mut last): (Vec<String>, Option<bool>) = (Vec::new(), None);
    for c in format.chars() {
        let kind = c.is_alphanumeric();
        match tokens.last_mut().filter(|_| last == Some(kind)) {
            Some(token) => token.push(c),
            None => tokens.push(c.into()),
        }
        last = Some(kind);
    }
    tokens
}

fn one(number: f64, token: &str, separator: &str, size: usize) -> String {
    let rounded = (number + 0.5).floor();
    if !rounded.is_finite() || rounded < 0.5 {
        // Letters cannot show it.
        return super::number(if rounded.is_finite() { rounded } else { number });
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive; what is beyond 2^64 is cut there and shown as digits"
    )]
    let whole = rounded as u64;
    let decimal = |width: usize| {
        grouped(
            &format!("{whole:0>width$}"),
            separator,
            if separator.is_empty() { 0 } else { size },
        )
    };
    match token {
        "a" => letters(whole, b'a'),
        "A" => letters(whole, b'A'),
        "i" if whole <= MOST_ROMAN => roman(whole).to_lowercase(),
        "I" if whole <= MOST_ROMAN => roman(whole),
        _ if token.ends_with('1') && token.chars().rev().skip(1).all(|c| c == '0') => decimal(token.len()),
        _ => decimal(1),
    }
}

fn letters(mut number: u64, first: u8) -> String {
    let mut out = Vec::new();
    while number > 0 {
        number -= 1;
        // Below 26, so it fits.
        out.push(first + u8::try_from(number % 26).unwrap_or(0));
        number /= 26;
    }
    out.into_iter().rev().map(char::from).collect()
}

/// Greater ones are shown in digits.
const MOST_ROMAN: u64 = 32_767;

fn roman(mut number: u64) -> String {
    const NUMERALS: [(u64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut out = String::new();
    for (value, numeral) in NUMERALS {
        while number >= value {
            out.push_str(numeral);
            number -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    fn check(numbers: &[f64], format: &str, expected: &str) {
        assert_eq!(
            super::format(numbers, format, "", 0),
            expected,
            "{numbers:?} as {format}"
        );
    }

    #[test]
    fn formats_show_numbers() {
        check(&[7.0], "1", "7");
        check(&[7.0], "001", "007");
        check(&[28.0], "a", "ab");
        check(&[703.0], "A", "AAA");
        check(&[1994.0], "I", "MCMXCIV");
        check(&[4.0], "i)", "iv)");
        check(&[1.0, 2.0, 3.0], "1.a", "1.b.c");
        check(&[1.0, 2.0], "1", "1.2");
        check(&[3.0, 1.0], "(1-a) ", "(3-a) ");
        check(&[2.5], "1", "3");
        check(&[0.0], "a", "0");
        check(&[f64::NAN], "1", "NaN");
        check(&[40_000.0], "I", "40000");
        assert_eq!(super::format(&[1_234_567.0], "1", ",", 3), "1,234,567");
    }
}

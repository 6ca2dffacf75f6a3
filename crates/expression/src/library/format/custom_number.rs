//! Custom numeric formats: `0.00`, `#,##0`, `0%`, `+0;-0;zero`.

use super::number::{as_double, grouped, rounded};
use crate::value::Value;

/// A number in a custom format.
pub fn format(value: &Value, format: &str) -> String {
    let sections: Vec<&str> = split_sections(format);
    let number = as_double(value);
    let chosen = match (number.total_cmp(&0.0), sections.len()) {
        (std::cmp::Ordering::Less, 2..) => sections.get(1).filter(|section| !section.is_empty()),
        _ if number == 0.0 => sections.get(2),
        _ => None,
    };
    let negative_section = number < 0.0 && chosen.is_some();
    let section = chosen.or(sections.first()).copied().unwrap_or_default();
    let text = apply(value, section);
    if negative_section {
        text.replacen('-', "", 1)
    } else {
        text
    }
}

fn split_sections(format: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, c) in format.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ';') => {
                sections.push(format.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    sections.push(format.get(start..).unwrap_or_default());
    sections
}

/// What a section is made of.
enum Part {
    Digit { required: bool },
    Point,
    Literal(char),
}

fn parts(section: &str) -> (Vec<Part>, bool, i32) {
    let mut parts = Vec::new();
    let (mut groups, mut percent) = (false, 0);
    let mut chars = section.chars().peekable();
    let mut seen_digit = false;
    while let Some(c) = chars.next() {
        match c {
            '0' | '#' => {
                seen_digit = true;
                parts.push(Part::Digit { required: c == '0' });
            }
            '.' => parts.push(Part::Point),
            ',' => groups |= seen_digit && chars.peek().is_some_and(|next| matches!(next, '0' | '#')),
            '%' => {
                percent += 2;
                parts.push(Part::Literal('%'));
            }
            '\\' => parts.extend(chars.next().map(Part::Literal)),
            '\'' | '"' => parts.extend(chars.by_ref().take_while(|quoted| *quoted != c).map(Part::Literal)),
            other => parts.push(Part::Literal(other)),
        }
    }
    (parts, groups, percent)
}

fn apply(value: &Value, section: &str) -> String {
    let (parts, groups, percent) = parts(section);
    let point = parts
        .iter()
        .position(|part| matches!(part, Part::Point))
        .unwrap_or(parts.len());
    let digit = |part: &&Part| matches!(part, Part::Digit { .. });
    let required = |part: &&Part| matches!(part, Part::Digit { required: true });
    let (whole_parts, fraction_parts) = parts.split_at(point);
    let places = fraction_parts.iter().filter(digit).count();
    let scaled = if percent > 0 {
        Value::Double(as_double(value) * 10f64.powi(percent))
    } else {
        value.clone()
    };
    let text = rounded(&scaled, places);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let first_required = whole_parts.iter().filter(digit).position(|part| required(&part));
    let least = first_required.map_or(0, |first| whole_parts.iter().filter(digit).count() - first);
    let whole = format!("{:0>least$}", whole.trim_start_matches('0'));
    let whole = if groups { grouped(&whole) } else { whole };
    let kept = fraction_parts
        .iter()
        .filter(digit)
        .enumerate()
        .filter(|(_, part)| required(part))
        .map(|(at, _)| at + 1)
        .max()
        .unwrap_or(0);
    let significant = fraction.trim_end_matches('0').len().max(kept);
    let fraction = fraction.get(..significant.min(fraction.len())).unwrap_or_default();
    lay_out(&parts, point, sign, (&whole, fraction))
}

fn lay_out(parts: &[Part], point: usize, sign: &str, (whole, fraction): (&str, &str)) -> String {
    let mut text = sign.to_owned();
    let (mut whole_done, mut fraction_digits) = (false, fraction.chars());
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(c) => text.push(*c),
            Part::Point if !fraction.is_empty() => text.push('.'),
            Part::Point => {}
            Part::Digit { .. } if at < point => {
                if !whole_done {
                    text.push_str(whole);
                    whole_done = true;
                }
            }
            Part::Digit { .. } => text.extend(fraction_digits.next()),
        }
    }
    text
}

//! Names of hosts in ASCII: labels with other letters as Punycode (RFC 3492).

/// The host's name in lower case, each label that is not ASCII behind `xn--`.
pub fn ascii(host: &str) -> String {
    let labels: Vec<String> = host.split('.').map(label).collect();
    labels.join(".")
}

fn label(label: &str) -> String {
    if label.is_ascii() {
        return label.to_ascii_lowercase();
    }
    let letters: Vec<u32> = label.to_lowercase().chars().map(u32::from).collect();
    format!("xn--{}", punycode(&letters))
}

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;

fn punycode(letters: &[u32]) -> String {
    let mut output: String = letters
        .iter()
        .filter(|letter| **letter < 0x80)
        .filter_map(|letter| char::from_u32(*letter))
        .collect();
    let plain = output.len() as u32;
    if plain > 0 {
        output.push('-');
    }
    let (mut bound, mut delta, mut bias, mut handled) = (0x80_u32, 0_u32, 72_u32, plain);
    // The letters in the order of their numbers; a delta says how far the decoder counts to each.
    while let Some(next) = letters.iter().copied().filter(|letter| *letter >= bound).min() {
        delta = delta.wrapping_add((next - bound).wrapping_mul(handled + 1));
        bound = next;
        for letter in letters {
            if *letter < bound {
                delta = delta.wrapping_add(1);
            }
            if *letter == bound {
                write_delta(&mut output, delta, bias);
                bias = adapted(delta, handled + 1, handled == plain);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.wrapping_add(1);
        bound += 1;
    }
    output
}

/// A number of variable length, lowest digit first.
fn write_delta(output: &mut String, mut delta: u32, bias: u32) {
    let mut position = BASE;
    loop {
        let threshold = position.saturating_sub(bias).clamp(LEAST, MOST);
        if delta < threshold {
            output.push(digit(delta));
            return;
        }
        output.push(digit(threshold + (delta - threshold) % (BASE - threshold)));
        delta = (delta - threshold) / (BASE - threshold);
        position += BASE;
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value, BASE).map_or('a', |_| match value {
        0..=25 => char::from(b'a' + value as u8),
        _ => char::from(b'0' + (value - 26) as u8),
    })
}

fn adapted(delta: u32, handled: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { 700 } else { 2 };
    delta += delta / handled;
    let mut bias = 0;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        bias += BASE;
    }
    bias + (BASE - LEAST + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn labels_are_those_of_the_specification() {
        let cases = [
            ("EXAMPLE.com", "example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("Pročprostěnemluvíčesky", "xn--proprostnemluvesky-uyb24dma41a"),
            ("ü.ü", "xn--tda.xn--tda"),
        ];
        for (host, expected) in cases {
            assert_eq!(ascii(host), expected);
        }
    }
}

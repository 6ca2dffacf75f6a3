//! The formats of texts that are checked; others say nothing.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    DateTime,
    Date,
    Time,
    Email,
    HostName,
    IpV4,
    IpV6,
    Uri,
    Uuid,
}

const FORMATS: [(&str, Format); 9] = [
    ("date-time", Format::DateTime),
    ("date", Format::Date),
    ("time", Format::Time),
    ("email", Format::Email),
    ("hostname", Format::HostName),
    ("ipv4", Format::IpV4),
    ("ipv6", Format::IpV6),
    ("uri", Format::Uri),
    ("uuid", Format::Uuid),
];

impl Format {
    /// The format of a name.
    pub fn of(name: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, format)| *format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FORMATS
            .iter()
            .find(|(_, format)| *format == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether a text is of it.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::DateTime => text
                .split_once(['T', 't', ' '])
                .is_some_and(|(date, time)| is_date(date) && is_time(time)),
            Self::Date => is_date(text),
            Self::Time => is_time(text),
            Self::Email => text.rsplit_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || c == '@') && is_host(domain)
            }),
            Self::HostName => is_host(text),
            Self::IpV4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::IpV6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Uri => is_uri(text),
            Self::Uuid => {
                let parts: Vec<&str> = text.split('-').collect();
                let lengths = [8, 4, 4, 4, 12];
                parts.len() == lengths.len()
                    && parts
                        .iter()
                        .zip(lengths)
                        .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
            }
        }
    }
}

/// Some digits as a number within limits.
fn number(text: &str, digits: usize, least: u32, most: u32) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number)?;
    (least <= number && number <= most).then_some(number)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) =
        (number(year, 4, 0, 9999), number(month, 2, 1, 12), number(day, 2, 1, 31))
    else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => day <= 30,
        2 => day <= if is_leap { 29 } else { 28 },
        _ => true,
    }
}

/// A time, whose zone may be left out, as Newtonsoft lets it.
fn is_time(text: &str) -> bool {
    let zone = text.find(['Z', 'z', '+', '-']);
    let (clock, zone) = text.split_at(zone.unwrap_or(text.len()));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else {
        return false;
    };
    let is_clock =
        number(hour, 2, 0, 23).is_some() && number(minute, 2, 0, 59).is_some() && number(second, 2, 0, 60).is_some();
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_zone = matches!(zone, "" | "Z" | "z")
        || zone
            .get(1..)
            .and_then(|offset| offset.split_once(':'))
            .is_some_and(|(hours, minutes)| number(hours, 2, 0, 23).is_some() && number(minutes, 2, 0, 59).is_some());
    is_clock && is_fraction && is_zone
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        matches!(label.len(), 1..=63)
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    matches!(text.len(), 1..=253) && text.split('.').all(is_label)
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_formats() {
        for (name, sound, wrong) in [
            (
                "date-time",
                ["2024-02-29T23:59:60Z", "2024-05-06T07:08:09.12+02:00"],
                ["2023-02-29T00:00:00Z", "2024-05-06"],
            ),
            ("date", ["2024-05-06", "2000-02-29"], ["1900-02-29", "2024-5-6"]),
            ("time", ["07:08:09", "07:08:09.5Z"], ["7:08:09", "24:00:00"]),
            ("email", ["a@b.example", "a.b+c@b"], ["a@", "a b@c"]),
            ("hostname", ["a.example", "a-1"], ["-a", "a..b"]),
            ("ipv4", ["192.0.2.1", "0.0.0.0"], ["192.0.2", "256.0.0.1"]),
            ("ipv6", ["::1", "2001:db8::1"], [":::", "1.2.3.4"]),
            ("uri", ["https://a.example/b?c#d", "urn:x:y"], ["/a", "a b:c"]),
            (
                "uuid",
                [
                    "01234567-89ab-cdef-0123-456789ABCDEF",
                    "00000000-0000-0000-0000-000000000000",
                ],
                ["x", "01234567-89ab-cdef-0123-456789abcde"],
            ),
        ] {
            let format = Format::of(name).unwrap();
            assert_eq!(format.name(), name);
            assert!(sound.iter().all(|text| format.fits(text)), "{name} {sound:?}");
            assert!(!wrong.iter().any(|text| format.fits(text)), "{name} {wrong:?}");
        }
        assert_eq!(Format::of("int32"), None);
    }
}

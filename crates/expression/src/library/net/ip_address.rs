//! `System.Net.IPAddress`: the members that API Management allows.

use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address of version 4 or 6.
pub static IP_ADDRESS: Class = Class::new("System.Net.IPAddress", ClassKind::Class).rows(ROWS);
/// What kind of address it is.
pub static ADDRESS_FAMILY: Class = Class::enumeration(
    "System.Net.Sockets.AddressFamily",
    &[
        ("Unknown", -1),
        ("Unspecified", 0),
        ("Unix", 1),
        ("InterNetwork", 2),
        ("InterNetworkV6", 23),
    ],
);

const ROWS: &[Row] = &[
    row(
        "static IPAddress Parse(string ipString)",
        r#"IPAddress.Parse("2001:DB8:0:0:0:0:0:1")"#,
        "2001:db8::1",
        |_, a| {
            let invalid = || Thrown::new("System.FormatException", "An invalid IP address was specified.");
            Ok(Value::of(parse(a.text(0)?).ok_or_else(invalid)?))
        },
    ),
    row(
        "static bool TryParse(string ipString, out IPAddress address)",
        r#"IPAddress.TryParse("10.0.0.256", out var address)"#,
        "False",
        |call, a| {
            let address = a.text_or_null(0).and_then(|text| parse(text));
            let is_valid = address.is_some();
            call.give_out(address.map_or(Value::Null, Value::of));
            Ok(is_valid.into())
        },
    ),
    row(
        "static bool IsLoopback(IPAddress address)",
        r#"IPAddress.IsLoopback(IPAddress.Parse("127.1.2.3"))"#,
        "True",
        |_, a| {
            a.required(0)?;
            Ok(match of(a)?.address {
                IpAddr::V4(address) => address.is_loopback(),
                IpAddr::V6(address) => {
                    let mapped = address.to_ipv4_mapped();
                    address.is_loopback() || mapped == Some(Ipv4Addr::LOCALHOST)
                }
            }
            .into())
        },
    ),
    row(
        "AddressFamily AddressFamily { get; }",
        r#"IPAddress.Parse("::1").AddressFamily"#,
        "InterNetworkV6",
        |_, a| {
            let number = if of(a)?.address.is_ipv4() { 2 } else { 23 };
            Ok(Value::Enum(ClassRef(&ADDRESS_FAMILY), number))
        },
    ),
    row(
        "byte[] GetAddressBytes()",
        r#"BitConverter.ToString(IPAddress.Parse("10.0.0.1").GetAddressBytes())"#,
        "0A-00-00-01",
        |_, a| {
            Ok(Array::bytes(match of(a)?.address {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            }))
        },
    ),
    row(
        "string ToString()",
        r#"IPAddress.Parse("::ffff:10.0.0.1").ToString()"#,
        "::ffff:10.0.0.1",
        |_, a| Ok(of(a)?.display().into()),
    ),
];

#[derive(Debug, PartialEq)]
struct Address {
    address: IpAddr,
    /// The zone of a link-local address of version 6.
    scope: u32,
}

impl Object for Address {
    fn type_name(&self) -> String {
        IP_ADDRESS.name.to_owned()
    }
    fn display(&self) -> String {
        match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let mut text = version_6(address);
                if self.scope != 0 {
                    text = format!("{text}%{}", self.scope);
                }
                text
            }
        }
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>() == Some(self)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Address, Thrown> {
    a.value(0).object().ok_or_else(Thrown::null_reference)
}

/// As .NET writes it: the last four bytes as version 4 where they are one that is embedded (RFC 4291, RFC 5214).
fn version_6(address: Ipv6Addr) -> String {
    let last = Ipv4Addr::from(address.to_bits() as u32);
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 1..=u16::MAX, _] => format!("::{last}"),
        [0, 0, 0, 0, 0, 0xffff, 0, low] => format!("::ffff:0:{low:x}"),
        [0, 0, 0, 0, 0xffff, 0, 1..=u16::MAX, _] => format!("::ffff:0:{last}"),
        [.., 0, 0x5efe, _, _] => {
            let front = Ipv6Addr::from_bits(address.to_bits() >> 32 << 32 | 0x1_0001).to_string();
            let front = front.strip_suffix("1:1").unwrap_or(&front);
            format!("{front}{last}")
        }
        _ => address.to_string(),
    }
}

fn parse(text: &str) -> Option<Address> {
    if !text.contains(':') {
        return Some(Address {
            address: version_4(text)?.into(),
            scope: 0,
        });
    }
    let (text, _) = match text.strip_prefix('[') {
        Some(inside) => inside.split_once(']').filter(|(_, port)| is_port(port))?,
        None => (text, ""),
    };
    let (address, scope) = text.split_once('%').unwrap_or((text, "0"));
    Some(Address {
        address: address.parse::<Ipv6Addr>().ok()?.into(),
        // The name of an interface says nothing on another machine.
        scope: scope.parse().unwrap_or_default(),
    })
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// One to four numbers, decimal, octal or hexadecimal; the last one fills what is left.
fn version_4(text: &str) -> Option<Ipv4Addr> {
    let mut numbers = Vec::with_capacity(4);
    for part in text.splitn(5, '.') {
        numbers.push(number(part)?);
    }
    let last = numbers.pop()?;
    let bits = 32_u32.checked_sub(8 * u32::try_from(numbers.len()).ok()?)?;
    if bits == 0 || u64::from(last) >> bits != 0 {
        return None;
    }
    let mut address = last;
    for (at, number) in numbers.into_iter().enumerate() {
        let number = u8::try_from(number).ok()?;
        address |= u32::from(number) << (24 - 8 * at);
    }
    Some(address.into())
}

fn number(text: &str) -> Option<u32> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = match (hexadecimal, text) {
        (Some(digits), _) => (digits, 16),
        (None, text) if text.len() > 1 && text.starts_with('0') => (text, 8),
        (None, text) => (text, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_an_address_or_none(text in "[0-9a-fx.:%\\[\\]]{0,24}|.{0,12}") {
            if let Some(address) = parse(&text) {
                prop_assert!(parse(&address.display()) == Some(address));
            }
        }
    }
}

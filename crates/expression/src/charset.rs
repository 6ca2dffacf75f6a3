//! How the characters of a message became bytes: what its `Content-Type` says, a mark at the begin, XML's declaration.
//!
//! Never here: headers; whoever keeps a body says what its `Content-Type` names.

use crate::library::CodePage;

/// A character set other than UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(CodePage);

/// What files in Unicode begin with, the longer ones first.
const MARKED: [CodePage; 4] = [
    CodePage::Utf32 { big: false },
    CodePage::Utf32 { big: true },
    CodePage::Utf16 { big: false },
    CodePage::Utf16 { big: true },
];

/// Within so many bytes an XML declaration names its encoding.
const DECLARATION: usize = 256;

impl Charset {
    /// The set of a name as .NET knows it; nothing for UTF-8, and for names that are not known, which are read as UTF-8.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let page = CodePage::of_name(name.trim().trim_matches('"'))?;
        (!matches!(page, CodePage::Utf8 { .. })).then_some(Self(page))
    }

    /// The set that the mark at the begin of the bytes tells.
    #[must_use]
    pub fn of_mark(bytes: &[u8]) -> Option<Self> {
        let page = MARKED.into_iter().find(|page| bytes.starts_with(page.preamble()))?;
        Some(Self(page))
    }

    /// The set that the declaration of an XML document names, which must be readable as ASCII.
    #[must_use]
    pub fn of_declaration(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"<?xml")?;
        let head = rest.get(..DECLARATION).unwrap_or(rest);
        let end = head.windows(2).position(|two| two == b"?>")?;
        let declaration = std::str::from_utf8(head.get(..end)?).ok()?;
        let (_, after) = declaration.split_once("encoding")?;
        let value = after.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let name = value.get(1..)?.split(quote).next()?;
        Self::of_name(name).filter(|charset| charset.0.is_single_byte())
    }

    /// The characters of bytes, without the mark at their begin; U+FFFD for what is none.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        self.0.decode(bytes.strip_prefix(self.0.preamble()).unwrap_or(bytes))
    }

    /// The bytes of characters, with a mark at their begin if `model` has one; `?` for what the set lacks.
    #[must_use]
    pub fn encode_like(self, text: &str, model: &[u8]) -> Vec<u8> {
        let mark = self.0.preamble();
        let mut bytes = if model.starts_with(mark) {
            mark.to_vec()
        } else {
            Vec::new()
        };
        bytes.extend(self.0.encode(text));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_marks_and_declarations() {
        let latin = Charset::of_name("\"ISO-8859-1\"").unwrap();
        assert_eq!(latin.decode(b"caf\xe9"), "café");
        assert_eq!(latin.encode_like("café €", b""), b"caf\xe9 ?");
        let newer = Charset::of_name("ISO-8859-15").unwrap();
        assert_eq!(newer.decode(b"\xa4 \xbd\xe9\xa5"), "€ œé¥");
        assert_eq!(newer.encode_like("€ œé¥ ¤½", b""), b"\xa4 \xbd\xe9\xa5 ??");
        assert_eq!(Charset::of_name("utf-8"), None);
        assert_eq!(Charset::of_name("x-unknown"), None);
        let wide = Charset::of_mark(b"\xff\xfea\0").unwrap();
        assert_eq!(wide.decode(b"\xff\xfea\0"), "a");
        assert_eq!(wide.encode_like("b", b"\xff\xfea\0"), b"\xff\xfeb\0");
        assert_eq!(Charset::of_mark(b"abc"), None);
        for (declaration, expected) in [
            (&b"<?xml version='1.0' encoding='iso-8859-1'?><a/>"[..], Some(latin)),
            (
                b"<?xml version=\"1.0\" encoding = \"latin1\" standalone=\"yes\"?>",
                Some(latin),
            ),
            (b"<?xml version='1.0' encoding='utf-8'?>", None),
            (b"<?xml version='1.0' encoding='utf-16'?>", None),
            (b"<?xml version='1.0'?><a encoding='latin1'/>", None),
            (b"<a/>", None),
        ] {
            assert_eq!(Charset::of_declaration(declaration), expected, "{declaration:?}");
        }
    }
}

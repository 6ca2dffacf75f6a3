//! Lines and positions in a JSON text, as Newtonsoft's reader counts them: the position behind a value's first token.

/// A place in a JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Names and indexes from the document's top.
    pub path: Vec<String>,
    /// Whether the name of the last property is meant, not its value.
    pub is_name: bool,
}

/// Line (from 1) and position of a place in a document that is sound JSON; `(0, 0)` when it is not there.
/// `ignores_case`: names are compared without regard to case.
pub fn position(text: &str, place: &Place, ignores_case: bool) -> (usize, usize) {
    let mut scan = Scan {
        text,
        at: 0,
        ignores_case,
    };
    match scan.find(place) {
        Some(()) => scan.line_and_position(),
        None => (0, 0),
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    ignores_case: bool,
}

impl Scan<'_> {
    fn find(&mut self, place: &Place) -> Option<()> {
        for (depth, token) in place.path.iter().enumerate() {
            let is_last = depth + 1 == place.path.len();
            match self.first()? {
                b'{' => {
                    self.member(token)?;
                    if is_last && place.is_name {
                        return Some(());
                    }
                }
                b'[' => self.item(token.parse().ok()?)?,
                _ => return None,
            }
        }
        self.first()?;
        self.token()
    }

    /// Goes behind the colon of a member.
    fn member(&mut self, name: &str) -> Option<()> {
        self.at += 1;
        loop {
            if self.first()? == b',' {
                self.at += 1;
                self.first()?;
            }
            let start = self.at;
            self.string()?;
            let written = self.text.get(start..self.at)?;
            self.first()?;
            self.at += 1;
            let key: String = serde_json::from_str(written).ok()?;
            if key == name || (self.ignores_case && key.to_lowercase() == name.to_lowercase()) {
                return Some(());
            }
            self.value()?;
        }
    }

    /// Goes before an item.
    fn item(&mut self, index: usize) -> Option<()> {
        self.at += 1;
        for _ in 0..index {
            self.value()?;
            (self.first()? == b',').then_some(())?;
            self.at += 1;
        }
        Some(())
    }

    /// The first byte that is no white space.
    fn first(&mut self) -> Option<u8> {
        while matches!(self.byte()?, b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes over one token.
    fn token(&mut self) -> Option<()> {
        match self.byte()? {
            b'"' => self.string(),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                self.at += 1;
                Some(())
            }
            _ => {
                let ends = |byte: u8| matches!(byte, b',' | b'}' | b']' | b':') || byte.is_ascii_whitespace();
                while self.byte().is_some_and(|byte| !ends(byte)) {
                    self.at += 1;
                }
                Some(())
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        (self.byte()? == b'"').then_some(())?;
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Goes over one value, whatever is in it.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.first()? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.token()?;
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn line_and_position(&self) -> (usize, usize) {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let own = before.rsplit('\n').next().unwrap_or_default();
        (line, own.encode_utf16().count())
    }
}

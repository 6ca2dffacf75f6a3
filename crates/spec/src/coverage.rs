//! Which policies, branches and expressions some scenario came by, and which none did.
//!
//! Never here: watching them.

use crate::suite::Report;
use policy::{Spot, SpotKind};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Characters of an expression that are shown.
const SHOWN: usize = 70;

/// The coverage of all documents that scenarios loaded.
pub struct Coverage {
    documents: BTreeMap<String, Vec<(Spot, bool)>>,
}

/// Places of a kind: how many there are, and how many were come by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// All.
    pub all: usize,
    /// Those that were come by.
    pub seen: usize,
}

impl Covered {
    /// In percent; all of nothing is 100.
    pub fn percent(self) -> f64 {
        if self.all == 0 {
            return 100.0;
        }
        self.seen as f64 * 100.0 / self.all as f64
    }
}

impl Coverage {
    /// The coverage of what a report's scenarios loaded.
    pub fn of(report: &Report) -> Self {
        let mut documents: BTreeMap<String, Vec<(Spot, bool)>> = BTreeMap::new();
        for spot in &report.places {
            let places = documents.entry(spot.document.to_string()).or_default();
            places.push((spot.clone(), report.seen.contains(spot)));
        }
        Self { documents }
    }

    /// All places.
    pub fn whole(&self) -> Covered {
        count(self.documents.values().flatten(), None)
    }

    /// For people: a line for each document, and what nobody came by in it.
    pub fn text(&self) -> String {
        let mut out = "coverage\n".to_owned();
        for (document, places) in &self.documents {
            let _ = writeln!(out, "  {document}: {}", summary(places));
            for (spot, _) in places.iter().filter(|(_, seen)| !seen) {
                let what = match spot.kind {
                    SpotKind::Step => format!("`<{}>` never ran", spot.name),
                    SpotKind::Branch => format!("`{}` was never taken", spot.name),
                    SpotKind::Expression => format!("`{}` was never evaluated", shown(&spot.name)),
                };
                let _ = writeln!(out, "    {document}:{}: {what}", spot.position.line);
            }
        }
        let all: Vec<_> = self.documents.values().flatten().cloned().collect();
        let _ = writeln!(out, "  all: {}", summary(&all));
        out
    }

    /// As LCOV has it, for tools that show coverage beside the lines: expressions and policies as lines, branches as
    /// branches.
    pub fn lcov(&self) -> String {
        let mut out = String::new();
        for (document, places) in &self.documents {
            let _ = writeln!(out, "TN:\nSF:{document}");
            let mut lines: BTreeMap<usize, bool> = BTreeMap::new();
            for (number, (spot, seen)) in places.iter().enumerate() {
                let line = spot.position.line;
                if spot.kind == SpotKind::Branch {
                    let _ = writeln!(out, "BRDA:{line},0,{number},{}", u8::from(*seen));
                } else {
                    *lines.entry(line).or_insert(true) &= seen;
                }
            }
            for (line, seen) in &lines {
                let _ = writeln!(out, "DA:{line},{}", u8::from(*seen));
            }
            let hit = lines.values().filter(|seen| **seen).count();
            let branches = count(places, Some(SpotKind::Branch));
            let _ = writeln!(out, "BRF:{}\nBRH:{}", branches.all, branches.seen);
            let _ = writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", lines.len());
        }
        out
    }
}

fn count<'s>(places: impl IntoIterator<Item = &'s (Spot, bool)>, kind: Option<SpotKind>) -> Covered {
    let of_kind = places
        .into_iter()
        .filter(|(spot, _)| kind.is_none_or(|kind| spot.kind == kind));
    of_kind.fold(Covered::default(), |covered, (_, seen)| Covered {
        all: covered.all + 1,
        seen: covered.seen + usize::from(*seen),
    })
}

fn summary(places: &[(Spot, bool)]) -> String {
    let of = |kind, one: &str, many: &str| {
        let Covered { all, seen } = count(places, Some(kind));
        format!("{seen} of {all} {}", if all == 1 { one } else { many })
    };
    format!(
        "{}, {}, {}; {:.1} %",
        of(SpotKind::Step, "policy", "policies"),
        of(SpotKind::Branch, "branch", "branches"),
        of(SpotKind::Expression, "expression", "expressions"),
        count(places, None).percent()
    )
}

fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

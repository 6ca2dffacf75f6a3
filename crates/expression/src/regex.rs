//! Regular expressions as .NET has them: a matcher that goes back, with every capture of every group.
//!
//! Reads a pattern ([`parse`]), makes a program of it ([`program`]) and runs that ([`machine`]). Never here: the types
//! that expressions see of it.

mod fold;
mod groups;
mod machine;
mod memory;
mod options;
mod parse;
mod program;
mod set;
mod start;
mod tree;

pub use groups::Groups;
pub use machine::{Stopped, Stretch};
pub use options::Options;
pub use parse::{Invalid, unescape};

use machine::Machine;
use program::Program;
use start::Start;

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    program: Program,
    start: Start,
    groups: Groups,
    backward: bool,
}

/// Where to search.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The stretch of the text that the pattern sees.
    pub stretch: Stretch,
    /// Where the search begins.
    pub at: usize,
    /// Whether the match before it was empty, so that the search goes on behind the next character.
    pub after_empty: bool,
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(pattern: &str, options: Options) -> Result<Self, Invalid> {
        let (tree, groups) = parse::parse(pattern, options)?;
        let backward = options.has(Options::RIGHT_TO_LEFT);
        let program = Program::new(&tree, backward);
        Ok(Self {
            start: if backward { Start::Anywhere } else { Start::of(&tree) },
            program,
            groups,
            backward,
        })
    }

    /// Its groups.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Whether it searches from the end to the begin.
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// The captures of each group of the first match; `fuel` is how many steps it may take, and becomes what is left.
    ///
    /// # Errors
    /// When that was not enough.
    pub fn find(&self, text: &str, search: Search, fuel: &mut u64) -> Result<Option<Vec<Vec<Stretch>>>, Stopped> {
        let mut machine = Machine::new(&self.program, self.groups.count(), text, search.stretch, *fuel);
        let found = self.search(&mut machine, text, search);
        *fuel = machine.fuel();
        Ok(found?.then_some(machine.captures))
    }

    fn search(&self, machine: &mut Machine<'_>, text: &str, search: Search) -> Result<bool, Stopped> {
        machine.search_from(search.at);
        let mut at = search.at;
        if search.after_empty {
            match machine.step(at, self.backward) {
                Some((_, next)) => at = next,
                None => return Ok(false),
            }
        }
        while let Some(start) = self.candidate(machine, text, search, at) {
            if machine.matches_at(start)? {
                return Ok(true);
            }
            match machine.step(start, self.backward) {
                Some((_, next)) => at = next,
                None => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The next place at which a match may begin.
    fn candidate(&self, machine: &Machine<'_>, text: &str, search: Search, mut at: usize) -> Option<usize> {
        let (begin, end) = search.stretch;
        match &self.start {
            Start::Anywhere => Some(at),
            Start::Begin => (at == begin).then_some(at),
            Start::Here => (at == search.at).then_some(at),
            Start::Text(wanted) => Some(at + text.get(at..end)?.find(&**wanted)?),
            Start::Among { ascii, beyond } => loop {
                let (c, next) = machine.step(at, false)?;
                let fits = if c.is_ascii() {
                    ascii >> (c as u32) & 1 == 1
                } else {
                    *beyond
                };
                if fits {
                    return Some(at);
                }
                at = next;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FUEL: u64 = 100_000;

    fn find(pattern: &str, options: i32, text: &str) -> Result<Option<Vec<Vec<Stretch>>>, Stopped> {
        let Ok(regex) = Regex::new(pattern, Options(options)) else {
            return Ok(None);
        };
        let search = Search {
            stretch: (0, text.len()),
            at: if regex.is_backward() { text.len() } else { 0 },
            after_empty: false,
        };
        regex.find(text, search, &mut { FUEL })
    }

    #[test]
    fn what_takes_too_long_is_stopped() {
        assert!(find("(a+)+(?=c)$", 0, &format!("{}b", "a".repeat(60))).is_err());
        assert!(find("(?:a|b|ab)*c", 0, &"ab".repeat(200_000)).is_err());
    }

    #[test]
    fn what_led_to_nothing_is_not_tried_again() {
        let text = format!("{}b", "a".repeat(1_000));
        for pattern in [
            "(a+)+$",
            "^(a+)+$",
            "^(a*)*$",
            "(a|aa)+$",
            "^(a|a)*$",
            "^(a?)*?(a*a*)*$",
            "((a*)*a?)*c",
            "(.*)(.*)(.*)c",
            "(x+x+)+y|(a+?)+?$",
        ] {
            assert!(matches!(find(pattern, 0, &text), Ok(None)), "{pattern}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(Regex::new(&"(".repeat(100_000), Options(0)).is_err());
        assert!(Regex::new(&"[a-".repeat(100_000), Options(0)).is_err());
    }

    proptest! {
        #[test]
        fn memory_changes_no_match(pattern in r"[ab(][ab()|*+?]{0,14}", text in "[ab]{0,12}") {
            if let Ok(regex) = Regex::new(&pattern, Options(0)) {
                let with = |memory_after| {
                    let stretch = (0, text.len());
                    let mut machine = Machine::new(&regex.program, regex.groups.count(), &text, stretch, 10_000_000);
                    machine.remember_after(memory_after);
                    let search = Search { stretch, at: 0, after_empty: false };
                    regex.search(&mut machine, &text, search).map(|found| (found, machine.captures)).ok()
                };
                if let (Some(without), with) = (with(u64::MAX), with(0)) {
                    prop_assert_eq!(Some(without), with);
                }
            }
        }

        #[test]
        fn any_pattern_is_refused_or_matches_inside_of_the_text(
            pattern in r"[ab()\[\]|*+?{}<>^$.\\:=!#,12dwGpk'-]{0,24}", options in 0..1024, text in "[abé\n1]{0,12}"
        ) {
            if let Ok(Some(groups)) = find(&pattern, options, &text) {
                for (start, end) in groups.into_iter().flatten() {
                    prop_assert!(start <= end && text.get(start..end).is_some());
                }
            }
        }
    }
}

//! The matcher: runs a program at a place of a text, going back to the last choice whenever a way leads to nothing.
//!
//! Whatever is changed on a way (counters, captures) is noted beside the choices, and undone on the way back. A match that
//! takes long remembers what led to nothing ([`Memory`]).

use super::fold::lower;
use super::memory::Memory;
use super::program::{One, Op, Program};
use super::set::{is_word, same};
use super::tree::Anchor;

/// A stretch of the text, in bytes.
pub type Stretch = (usize, usize);

/// Matching was stopped: it took more than a match may.
#[derive(Debug)]
pub struct Stopped;

/// How much may be noted to go back to.
const DEEPEST: usize = 1_000_000;

/// How many steps a match takes before it remembers what led to nothing: few matches take as many.
const REMEMBER_AFTER: u64 = 2_000;

/// What to do on the way back.
enum Back {
    /// Go on at an instruction.
    To { op: usize, at: usize },
    /// Give back a character of `Many`, down to `least`.
    Give { op: usize, at: usize, least: usize },
    /// Take a character more of `Many`, which may be `left` more.
    Take { op: usize, at: usize, left: u32 },
    /// Set a slot to what it was.
    Slot { slot: usize, was: (usize, usize) },
    /// Take back the last capture of a group.
    Uncapture(usize),
    /// Capture again.
    Capture(usize, Stretch),
}

/// A matcher over a text.
pub struct Machine<'m> {
    program: &'m Program,
    text: &'m str,
    /// Where the text begins and ends for the pattern.
    begin: usize,
    end: usize,
    /// Where the search began.
    here: usize,
    /// The captures of each group.
    pub captures: Vec<Vec<Stretch>>,
    slots: Vec<(usize, usize)>,
    back: Vec<Back>,
    /// How many steps matching may still take.
    fuel: u64,
    /// With this much left, what led to nothing is remembered.
    remember_at: u64,
    memory: Option<Memory>,
}

impl<'m> Machine<'m> {
    /// A matcher of a program with this many groups, over a stretch of a text, which may take `fuel` steps.
    pub fn new(program: &'m Program, groups: usize, text: &'m str, (begin, end): Stretch, fuel: u64) -> Self {
        Self {
            program,
            text,
            begin,
            end,
            here: begin,
            captures: vec![Vec::new(); groups],
            slots: vec![(0, 0); program.slots],
            back: Vec::new(),
            fuel,
            remember_at: fuel.saturating_sub(REMEMBER_AFTER),
            memory: None,
        }
    }

    /// Says after how many steps it remembers what led to nothing.
    #[cfg(test)]
    pub fn remember_after(&mut self, steps: u64) {
        self.remember_at = self.fuel.saturating_sub(steps);
    }

    /// The steps that are left.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Says where the search begins, for `\G`.
    pub fn search_from(&mut self, here: usize) {
        self.here = here;
    }

    /// Whether the program matches from a place; group 0 is then captured.
    pub fn matches_at(&mut self, start: usize) -> Result<bool, Stopped> {
        self.burn(1 + self.captures.len() / 4)?;
        self.back.clear();
        for captures in &mut self.captures {
            captures.clear();
        }
        let Some(end) = self.run(start)? else {
            return Ok(false);
        };
        if let Some(whole) = self.captures.first_mut() {
            whole.push((start.min(end), start.max(end)));
        }
        Ok(true)
    }

    /// The character at a place and the place behind it.
    pub fn step(&self, at: usize, backward: bool) -> Option<(char, usize)> {
        if backward {
            if at <= self.begin {
                return None;
            }
            let last = *self.text.as_bytes().get(at - 1)?;
            if last.is_ascii() {
                return Some((char::from(last), at - 1));
            }
            let c = self.text.get(..at)?.chars().next_back()?;
            return Some((c, at - c.len_utf8()));
        }
        if at >= self.end {
            return None;
        }
        let first = *self.text.as_bytes().get(at)?;
        if first.is_ascii() {
            return Some((char::from(first), at + 1));
        }
        let c = self.text.get(at..)?.chars().next()?;
        Some((c, at + c.len_utf8()))
    }

    fn one(&self, one: &One, at: usize, backward: bool) -> Option<usize> {
        let (c, next) = self.step(at, backward)?;
        let fits = match one {
            One::Char(wanted) => c == *wanted,
            One::Folded(wanted) => same(c, *wanted),
            One::Set(set) => set.holds(c),
        };
        fits.then_some(next)
    }

    fn burn(&mut self, steps: usize) -> Result<(), Stopped> {
        self.fuel = self.fuel.checked_sub(steps as u64).ok_or(Stopped)?;
        Ok(())
    }

    fn note(&mut self, back: Back) -> Result<(), Stopped> {
        if self.back.len() >= DEEPEST {
            return Err(Stopped);
        }
        self.back.push(back);
        Ok(())
    }

    /// Whether a choice has led to nothing before.
    fn is_hopeless(&mut self, op: usize, at: usize) -> bool {
        if self.fuel >= self.remember_at {
            return false;
        }
        if self.memory.is_none() {
            self.memory = Memory::new(self.program, self.begin, self.end);
            if self.memory.is_none() {
                self.remember_at = 0;
                return false;
            }
        }
        let mut kind = 0;
        for slot in &self.program.turns {
            kind = kind << 1 | usize::from(self.slot(*slot).1 == at);
        }
        self.memory.as_mut().is_some_and(|memory| !memory.is_new(op, kind, at))
    }

    fn slot(&self, slot: usize) -> (usize, usize) {
        self.slots.get(slot).copied().unwrap_or_default()
    }

    fn set_slot(&mut self, slot: usize, value: (usize, usize)) -> Result<(), Stopped> {
        let was = self.slot(slot);
        self.note(Back::Slot { slot, was })?;
        self.restore(slot, value);
        Ok(())
    }

    fn restore(&mut self, slot: usize, value: (usize, usize)) {
        if let Some(known) = self.slots.get_mut(slot) {
            *known = value;
        }
    }

    /// The place behind the match from `start`.
    fn run(&mut self, start: usize) -> Result<Option<usize>, Stopped> {
        let program = self.program;
        let (mut op, mut at) = (0, start);
        loop {
            self.burn(1)?;
            let Some(current) = program.ops.get(op) else {
                return Ok(None);
            };
            op += 1;
            let on = match current {
                Op::Match => return Ok(Some(at)),
                Op::One { one, backward } => self.one(one, at, *backward),
                Op::Text { text, backward } => self.text(text, at, *backward),
                Op::Many { .. } => self.many(op - 1, current, at)?,
                Op::Anchor(anchor) => self.holds(*anchor, at).then_some(at),
                Op::Reference { group, fold, backward } => self.reference(*group, *fold, at, *backward)?,
                Op::Split(_, _) if self.is_hopeless(op - 1, at) => None,
                Op::Split(first, second) => {
                    self.note(Back::To { op: *second, at })?;
                    op = *first;
                    Some(at)
                }
                Op::Jump(to) => {
                    op = *to;
                    Some(at)
                }
                Op::Loop { slot } => {
                    self.set_slot(*slot, (0, usize::MAX))?;
                    Some(at)
                }
                Op::Again { .. } => self.again(current, op, at)?.map(|next| {
                    op = next;
                    at
                }),
                Op::Turn { slot } => {
                    self.set_slot(*slot, (self.slot(*slot).0 + 1, at))?;
                    Some(at)
                }
                Op::Open { slot } => {
                    self.set_slot(*slot, (at, 0))?;
                    Some(at)
                }
                Op::Close { slot, keep, take } => {
                    let start = self.slot(*slot).0;
                    let closed = self.close((start.min(at), start.max(at)), *keep, *take)?;
                    closed.then_some(at)
                }
                Op::Enter { slot } => {
                    self.set_slot(*slot, (self.back.len() + 1, at))?;
                    Some(at)
                }
                Op::Commit { slot } => {
                    self.commit(self.slot(*slot).0)?;
                    Some(at)
                }
                Op::Return { slot } => {
                    let (height, entered) = self.slot(*slot);
                    self.commit(height)?;
                    Some(entered)
                }
                Op::Refuse { slot } => {
                    // The choice to go on behind the look is the first thing noted since.
                    let height = self.slot(*slot).0;
                    while self.back.len() > height {
                        if let Some(back) = self.back.pop() {
                            self.undo(&back);
                        }
                    }
                    None
                }
                Op::Unless { group, no } => {
                    if self.last(*group).is_none() {
                        op = *no;
                    }
                    Some(at)
                }
            };
            match on {
                Some(next) => at = next,
                None => match self.go_back()? {
                    Some((to, place)) => (op, at) = (to, place),
                    None => return Ok(None),
                },
            }
        }
    }

    /// Where to go on after a way that led to nothing.
    fn go_back(&mut self) -> Result<Option<(usize, usize)>, Stopped> {
        while let Some(back) = self.back.pop() {
            self.burn(1)?;
            match back {
                Back::To { op, at } => return Ok(Some((op, at))),
                Back::Give { op, at, least } => {
                    let backward = at > least;
                    if let Some((_, place)) = self.step(at, backward) {
                        if place != least {
                            self.note(Back::Give { op, at: place, least })?;
                        }
                        return Ok(Some((op + 1, place)));
                    }
                }
                Back::Take { op, at, left } => {
                    let Some(Op::Many {
                        one, most, backward, ..
                    }) = self.program.ops.get(op)
                    else {
                        continue;
                    };
                    if let Some(place) = self.one(one, at, *backward) {
                        if *most == u32::MAX && self.is_hopeless(op, place) {
                            continue;
                        }
                        if left > 1 {
                            let left = left - 1;
                            self.note(Back::Take { op, at: place, left })?;
                        }
                        return Ok(Some((op + 1, place)));
                    }
                }
                other => self.undo(&other),
            }
        }
        Ok(None)
    }

    fn undo(&mut self, back: &Back) {
        match back {
            Back::Slot { slot, was } => self.restore(*slot, *was),
            Back::Uncapture(group) => {
                self.captures.get_mut(*group).and_then(Vec::pop);
            }
            Back::Capture(group, stretch) => {
                if let Some(captures) = self.captures.get_mut(*group) {
                    captures.push(*stretch);
                }
            }
            Back::To { .. } | Back::Give { .. } | Back::Take { .. } => {}
        }
    }

    /// Forgets the choices that were noted since, and keeps what is to be undone.
    fn commit(&mut self, height: usize) -> Result<(), Stopped> {
        self.burn(self.back.len().saturating_sub(height))?;
        let mut kept = height;
        for at in height..self.back.len() {
            if !matches!(
                self.back.get(at),
                Some(Back::To { .. } | Back::Give { .. } | Back::Take { .. })
            ) {
                self.back.swap(kept, at);
                kept += 1;
            }
        }
        self.back.truncate(kept);
        Ok(())
    }

    fn text(&self, text: &str, at: usize, backward: bool) -> Option<usize> {
        let (from, to) = if backward {
            (at.checked_sub(text.len())?, at)
        } else {
            (at, at + text.len())
        };
        let inside = from >= self.begin && to <= self.end;
        let found = inside && self.text.as_bytes().get(from..to)? == text.as_bytes();
        found.then_some(if backward { from } else { to })
    }

    fn many(&mut self, op: usize, many: &Op, start: usize) -> Result<Option<usize>, Stopped> {
        let Op::Many {
            one,
            least,
            most,
            lazy,
            backward,
        } = many
        else {
            return Ok(None);
        };
        let (mut at, mut count) = (start, 0);
        while count < *least {
            let Some(next) = self.one(one, at, *backward) else {
                self.burn(count as usize / 4)?;
                return Ok(None);
            };
            at = next;
            count += 1;
        }
        let given = at;
        // Where it may go on without end, every place from here on is a choice of the same kind.
        let endless = *most == u32::MAX;
        if self.is_hopeless(op, at) {
            return Ok(None);
        }
        if !*lazy {
            while count < *most
                && let Some(next) = self.one(one, at, *backward)
                && !(endless && self.is_hopeless(op, next))
            {
                at = next;
                count += 1;
            }
        }
        self.burn(count as usize / 4)?;
        if *lazy {
            if most > least {
                let left = most - least;
                self.note(Back::Take { op, at, left })?;
            }
        } else if at != given {
            self.note(Back::Give { op, at, least: given })?;
        }
        Ok(Some(at))
    }

    /// The instruction behind the head of a loop; none if neither way leads to a match.
    fn again(&mut self, head: &Op, body: usize, at: usize) -> Result<Option<usize>, Stopped> {
        let Op::Again {
            slot,
            least,
            most,
            lazy,
            exit,
        } = head
        else {
            return Ok(Some(body));
        };
        let (count, turned_at) = self.slot(*slot);
        // A turn that matched nothing is the last one.
        if count >= *most as usize || turned_at == at && count >= *least as usize {
            return Ok(Some(*exit));
        }
        if count < *least as usize {
            return Ok(Some(body));
        }
        if self.is_hopeless(body - 1, at) {
            return Ok(None);
        }
        let (first, second) = if *lazy { (*exit, body) } else { (body, *exit) };
        self.note(Back::To { op: second, at })?;
        Ok(Some(first))
    }

    fn last(&self, group: usize) -> Option<Stretch> {
        self.captures.get(group)?.last().copied()
    }

    fn close(&mut self, found: Stretch, keep: Option<usize>, take: Option<usize>) -> Result<bool, Stopped> {
        let mut stretch = found;
        if let Some(group) = take {
            let Some(taken) = self.captures.get_mut(group).and_then(Vec::pop) else {
                return Ok(false);
            };
            self.note(Back::Capture(group, taken))?;
            // What is kept is what lies between both.
            stretch = if found.0 >= taken.1 {
                (taken.1, found.0)
            } else if found.1 <= taken.0 {
                (found.1, taken.0)
            } else {
                (found.0.max(taken.0), found.1.min(taken.1))
            };
        }
        if let Some(group) = keep {
            if let Some(captures) = self.captures.get_mut(group) {
                captures.push(stretch);
            }
            self.note(Back::Uncapture(group))?;
        }
        Ok(true)
    }

    fn reference(&mut self, group: usize, fold: bool, at: usize, backward: bool) -> Result<Option<usize>, Stopped> {
        let Some((from, to)) = self.last(group) else {
            return Ok(None);
        };
        let text = self.text;
        let captured = text.get(from..to).unwrap_or_default();
        self.burn(captured.len() / 4)?;
        if !fold {
            return Ok(self.text(captured, at, backward));
        }
        let mut place = at;
        for index in 0..captured.chars().count() {
            let wanted = if backward {
                captured.chars().nth_back(index)
            } else {
                captured.chars().nth(index)
            };
            match self.step(place, backward) {
                Some((c, next)) if wanted.map(lower) == Some(lower(c)) => place = next,
                _ => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    fn holds(&self, anchor: Anchor, at: usize) -> bool {
        let before = || self.step(at, true).map(|(c, _)| c);
        let after = || self.step(at, false).map(|(c, _)| c);
        let boundary = || before().is_some_and(is_word) != after().is_some_and(is_word);
        match anchor {
            Anchor::Begin => at == self.begin,
            Anchor::LineBegin => before().is_none_or(|c| c == '\n'),
            Anchor::End => at == self.end,
            Anchor::LastLineEnd => at == self.end || at + 1 == self.end && after() == Some('\n'),
            Anchor::LineEnd => after().is_none_or(|c| c == '\n'),
            Anchor::Here => at == self.here,
            Anchor::Boundary => boundary(),
            Anchor::NoBoundary => !boundary(),
        }
    }
}

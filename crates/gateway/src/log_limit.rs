//! How many lines a worker may log about requests: a flood of failing requests must not become one of lines.
//!
//! Never here: what is logged; metrics, which count every request.

use std::cell::Cell;

/// Lines within one second at most.
const LINES: u32 = 20;

/// A worker's limit.
#[derive(Default)]
pub struct LogLimit {
    second: Cell<u64>,
    lines: Cell<u32>,
    left_out: Cell<u64>,
}

impl LogLimit {
    /// Whether a line may be written `now`, in milliseconds: then how many have been left out since the last one.
    pub fn admit(&self, now: u64) -> Option<u64> {
        if self.second.replace(now / 1000) != now / 1000 {
            self.lines.set(0);
        }
        if self.lines.get() >= LINES {
            self.left_out.set(self.left_out.get() + 1);
            return None;
        }
        self.lines.set(self.lines.get() + 1);
        Some(self.left_out.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_lines_and_the_next_tells_of_the_rest() {
        let limit = LogLimit::default();
        let admitted = |now, lines| (0..lines).filter_map(|_| limit.admit(now)).collect::<Vec<_>>();
        assert_eq!(admitted(5999, LINES + 3), vec![0; LINES as usize]);
        assert_eq!(admitted(6000, 2), [3, 0]);
        assert_eq!(admitted(6999, LINES), vec![0; LINES as usize - 2]);
        assert_eq!(admitted(9000, 1), [2]);
    }
}

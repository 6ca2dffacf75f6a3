//! Loops: `for`, `JSONArrayFor` and `tablerow`.

use super::{Flow, Render};
use crate::syntax::{Loop, LoopKind, Offset};
use crate::value::{Object, Value};
use expression::runtime::{Fault, Runtime};
use expression::text::Text;

/// Where a loop is: `forloop`.
struct Progress {
    name: Text,
    length: usize,
    index: usize,
    /// Cells in a row, of `tablerow`.
    columns: Option<usize>,
}

impl<'v> Object<'v> for Progress {
    fn member(&self, name: &str, _: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        let number = |value: usize| Value::Integer(value as i64);
        let left = self.length.saturating_sub(self.index);
        let is_last = left == 1;
        let columns = self.columns.filter(|columns| *columns > 0);
        let column = columns.map(|columns| self.index % columns);
        Ok(match (name.to_ascii_lowercase().as_str(), column) {
            ("name", None) => Some(Value::Text(self.name.clone())),
            ("length", _) => Some(number(self.length)),
            ("index", _) => Some(number(self.index + 1)),
            ("index0", _) => Some(number(self.index)),
            ("rindex", _) => Some(number(left)),
            ("rindex0", _) => Some(number(left.saturating_sub(1))),
            ("first", _) => Some(Value::Boolean(self.index == 0)),
            ("last", _) => Some(Value::Boolean(is_last)),
            ("col", Some(column)) => Some(number(column + 1)),
            ("col0", Some(column)) => Some(number(column)),
            ("col_first", Some(column)) => Some(Value::Boolean(column == 0)),
            ("col_last", Some(column)) => Some(Value::Boolean(Some(column + 1) == columns)),
            _ => None,
        })
    }
}

impl<'v> Render<'v> {
    pub(super) fn looped(&mut self, head: &Loop) -> Result<Flow, Fault> {
        let collection = self.operand(&head.collection)?;
        let items = match collection.items(&mut self.runtime)? {
            Some(items) => self.segment(head, items)?,
            None => Vec::new(),
        };
        let is_table = matches!(head.kind, LoopKind::Table(_));
        if items.is_empty() && !(is_table && collection.is_list()) {
            return self.nodes(&head.otherwise);
        }
        let columns = match &head.kind {
            LoopKind::Table(Some(columns)) => Some(self.whole(columns)?),
            LoopKind::Table(None) => Some(items.len() as i64),
            _ => None,
        };
        let columns = columns.map(|columns| usize::try_from(columns).unwrap_or(0).max(1));
        let outer = self.items.len();
        let flow = self.turns(head, items, columns);
        self.items.truncate(outer);
        flow
    }

    fn segment(&mut self, head: &Loop, mut items: Vec<Value<'v>>) -> Result<Vec<Value<'v>>, Fault> {
        let from = match &head.offset {
            Some(Offset::Continue) => self.ends.get(&head.name).copied().unwrap_or(0) as i64,
            Some(Offset::At(offset)) => self.whole(offset)?,
            None => 0,
        };
        let limit = match &head.limit {
            // Only a whole number limits.
            Some(limit) => match self.operand(limit)?.settled() {
                Value::Integer(limit) => Some(limit),
                _ => None,
            },
            None => None,
        };
        let clamp = |place: i64| usize::try_from(place.max(0)).unwrap_or(usize::MAX).min(items.len());
        let start = clamp(from);
        let end = limit.map_or(items.len(), |limit| clamp(from.saturating_add(limit)).max(start));
        items.truncate(end);
        let mut items = items.split_off(start.min(end));
        if head.is_reversed {
            items.reverse();
        }
        if !items.is_empty() {
            let end = clamp_add(from, items.len());
            self.ends.insert(head.name.clone(), end);
        }
        Ok(items)
    }

    fn turns(&mut self, head: &Loop, items: Vec<Value<'v>>, columns: Option<usize>) -> Result<Flow, Fault> {
        let length = items.len();
        let progress_name = if columns.is_some() { "tablerowloop" } else { "forloop" };
        if columns.is_some() {
            self.write("<tr class=\"row1\">\n")?;
        }
        for (index, item) in items.into_iter().enumerate() {
            let progress = Progress {
                name: head.name.clone(),
                length,
                index,
                columns,
            };
            self.items.truncate(self.items.len() - usize::from(index > 0) * 2);
            self.items.push((progress_name.into(), Value::object(progress)));
            self.items.push((head.variable.clone(), item));
            if index > 0 && matches!(head.kind, LoopKind::JsonArray) {
                self.write(",")?;
            }
            let column = columns.map(|columns| index % columns);
            if let Some(column) = column {
                self.write(&format!("<td class=\"col{}\">", column + 1))?;
            }
            let flow = self.nodes(&head.content)?;
            if let (Some(column), Some(columns)) = (column, columns) {
                self.write("</td>")?;
                if column + 1 == columns && index + 1 < length {
                    self.write(&format!("</tr>\n<tr class=\"row{}\">", (index + 1) / columns + 1))?;
                }
            }
            if flow == Flow::Break {
                break;
            }
        }
        if columns.is_some() {
            self.write("</tr>\n")?;
        }
        Ok(Flow::Next)
    }
}

fn clamp_add(from: i64, count: usize) -> usize {
    usize::try_from(from.max(0)).unwrap_or(usize::MAX).saturating_add(count)
}

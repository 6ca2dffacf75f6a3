//! The `xml` method (16.1), as .NET's writer has it: `<a />`, two spaces a level when indented.

use super::scope::Scope;
use super::{Out, Visit, walk};
use crate::TransformError;
use crate::instruction::Output;
use xml::{Kind, NodeId, Tree};

/// Writes a result.
pub fn write(tree: &Tree, result: NodeId, output: &Output, out: &mut Out) -> Result<(), TransformError> {
    if !output.omits_declaration {
        let standalone = match output.standalone {
            Some(true) => " standalone=\"yes\"",
            Some(false) => " standalone=\"no\"",
            None => "",
        };
        out.push(&format!(
            "<?xml version=\"1.0\" encoding=\"{}\"{standalone}?>",
            output.encoding.name()
        ))?;
    }
    let mut scope = Scope::new();
    // Whether each open element holds text, so that no line may be broken in it.
    let mut mixed: Vec<bool> = vec![false];
    let indents = output.indents == Some(true);
    let mut names: Vec<String> = Vec::new();
    let mut has_root = false;
    for visit in walk(tree, result) {
        match visit {
            Visit::Enter(id) => {
                let is_text = tree.text(id).is_some();
                if let (true, Some(mixed)) = (is_text, mixed.last_mut()) {
                    *mixed = true;
                }
                if indents && !is_text && !mixed.last().is_some_and(|mixed| *mixed) && !out.text.is_empty() {
                    out.line(names.len())?;
                }
                match tree.kind(id) {
                    Kind::Element { .. } => {
                        let start = scope.enter(tree, id);
                        if !std::mem::replace(&mut has_root, true) && output.system.is_some() {
                            out.document_type(&start.name, output)?;
                            if indents {
                                out.line(0)?;
                            }
                        }
                        out.push("<")?;
                        out.push(&start.name)?;
                        for (name, value) in &start.attributes {
                            out.push(&format!(" {name}=\""))?;
                            out.escaped(value, true)?;
                            out.push("\"")?;
                        }
                        // .NET writes declarations behind attributes.
                        for (prefix, namespace) in &start.declarations {
                            out.push(" xmlns")?;
                            if !prefix.is_empty() {
                                out.push(":")?;
                                out.push(prefix)?;
                            }
                            out.push("=\"")?;
                            out.escaped(namespace, true)?;
                            out.push("\"")?;
                        }
                        out.push(if tree.first_child(id).is_some() { ">" } else { " />" })?;
                        names.push(start.name);
                        let inherited = mixed.last().is_some_and(|mixed| *mixed);
                        mixed.push(inherited);
                    }
                    Kind::CData(raw) => out.push(raw)?,
                    Kind::Text(text) => {
                        let parent = tree.parent(id).and_then(|parent| tree.name(parent));
                        if parent.is_some_and(|parent| output.cdata.contains(parent)) {
                            cdata(text, out)?;
                        } else {
                            out.escaped(text, false)?;
                        }
                    }
                    Kind::Comment(text) => out.comment(text)?,
                    Kind::Instruction { target, content } => {
                        let content = content.replace("?>", "? >");
                        let space = if content.is_empty() { "" } else { " " };
                        out.push(&format!("<?{target}{space}{content}?>"))?;
                    }
                    _ => {}
                }
            }
            Visit::Leave(id) => {
                scope.leave();
                let was_mixed = mixed.pop() == Some(true);
                let Some(name) = names.pop() else { continue };
                if tree.first_child(id).is_none() {
                    continue;
                }
                if indents && !was_mixed {
                    out.line(names.len())?;
                }
                out.push(&format!("</{name}>"))?;
            }
        }
    }
    Ok(())
}

/// A text as CDATA sections; what would end one stands in two, what the encoding lacks between them.
fn cdata(text: &str, out: &mut Out) -> Result<(), TransformError> {
    let mut is_open = false;
    let mut brackets = 0;
    for c in text.chars() {
        let fits = out.encoding.has(c);
        if is_open && (!fits || (c == '>' && brackets >= 2)) {
            out.push("]]>")?;
            is_open = false;
        }
        if fits && !is_open {
            out.push("<![CDATA[")?;
            is_open = true;
        }
        brackets = if c == ']' { brackets + 1 } else { 0 };
        out.character(c)?;
    }
    if is_open {
        out.push("]]>")?;
    }
    Ok(())
}

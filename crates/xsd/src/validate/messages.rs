//! Names and lists of names as messages write them.
//!
//! Never here: which messages there are.

use xml::Name;

/// `'name' in namespace 'uri'`
pub(super) fn quoted(name: &Name) -> String {
    match &**name.namespace() {
        "" => format!("'{}'", name.local()),
        namespace => format!("'{}' in namespace '{namespace}'", name.local()),
    }
}

/// `uri:name`
pub(super) fn joined(name: &Name) -> String {
    match &**name.namespace() {
        "" => name.local().to_string(),
        namespace => format!("{namespace}:{}", name.local()),
    }
}

/// What could have stood there, behind a message; nothing where nothing could.
pub(super) fn expecting(names: &[Name]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in names {
        let (namespace, local) = (&**name.namespace(), &**name.local());
        match groups.iter_mut().find(|(known, _)| *known == namespace) {
            Some((_, locals)) => locals.push(local),
            None => groups.push((namespace, vec![local])),
        }
    }
    let lists: Vec<String> = groups
        .into_iter()
        .map(|(namespace, locals)| match namespace {
            "" => format!("'{}'", locals.join(", ")),
            _ => format!("'{}' in namespace '{namespace}'", locals.join(", ")),
        })
        .collect();
    if lists.is_empty() {
        return String::new();
    }
    format!(" List of possible elements expected: {}.", lists.join(" as well as "))
}

//! Version sets: where a request names the version that it wants.

use super::{Loader, layout};
use crate::VersioningScheme;
use crate::codes;
use crate::fields::Fields;
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
enum Place {
    Segment,
    Query,
    Header,
}

const INFORMATION: &str = "versionSetInformation.json";
/// Its name in older extracts.
const OLD_INFORMATION: &str = "apiVersionSetInformation.json";

/// All version sets by id.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, Option<VersioningScheme>> {
    let mut sets = BTreeMap::new();
    for entry in layout::entities(loader, layout::VERSION_SETS) {
        let is_old = loader.files.exists(&entry.path.join(OLD_INFORMATION));
        let file_name = if is_old { OLD_INFORMATION } else { INFORMATION };
        let information = loader.information(&entry.path, file_name);
        let scheme = information.and_then(|information| {
            let fields = information.properties(loader.problems);
            let _ = fields.required("displayName");
            scheme(fields)
        });
        sets.insert(entry.name, scheme);
    }
    sets
}

/// The scheme that a version set, standing alone or within an API, describes.
pub(crate) fn scheme(fields: Fields<'_>) -> Option<VersioningScheme> {
    let written = fields.required("versioningScheme")?;
    let words = [
        ("Segment", Place::Segment),
        ("Query", Place::Query),
        ("Header", Place::Header),
    ];
    let named = |key: &str| {
        let name = fields.required(key)?;
        if name.value.trim().is_empty() {
            fields.report(codes::BAD_VALUE, name.span, format!("`{key}` must not be empty"));
        }
        Some(name.value.trim().to_owned())
    };
    Some(match fields.choose("versioningScheme", written, &words)? {
        Place::Segment => VersioningScheme::Segment,
        Place::Query => VersioningScheme::Query(named("versionQueryName")?),
        Place::Header => VersioningScheme::Header(named("versionHeaderName")?),
    })
}

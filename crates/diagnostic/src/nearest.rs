//! The known name that a misspelt one probably means. Not here: where names are known.

/// Longer names are not compared: that costs the product of both lengths, and no known name is nearly as long.
const LONGEST: usize = 200;

/// The known name that is most like `name`, for a diagnostic's advice (`did you mean …?`).
///
/// Names are alike, whatever their case, when at most a third of their letters differs, or when one of them is the
/// beginning of the other (`GetValue`, `GetValueOrDefault`). Of several the one with the fewest differences is told.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    known
        .into_iter()
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let differences = strsim::damerau_levenshtein(&wanted, &other);
            let few = differences * 3 <= length.max(other.chars().count());
            let begins = length.min(other.len()) >= 3 && (other.starts_with(&wanted) || wanted.starts_with(&other));
            (few || begins).then_some((differences, candidate))
        })
        .min_by_key(|(differences, _)| *differences)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_most_similar_name_is_told() {
        const NAMES: [&str; 7] = [
            "set-header",
            "set-body",
            "rate-limit",
            "rate-limit-by-key",
            "GetValueOrDefault",
            "Id",
            "Length",
        ];
        for (name, expected) in [
            ("set-heder", Some("set-header")),
            ("SET-HEADER", Some("set-header")),
            ("rate-limit-by-keys", Some("rate-limit-by-key")),
            ("ratelimit", Some("rate-limit")),
            ("GetValue", Some("GetValueOrDefault")),
            ("ID", Some("Id")),
            ("Lenght", Some("Length")),
            ("lengths", Some("Length")),
            ("I", None),
            ("quota", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, NAMES), expected, "{name}");
        }
        assert_eq!(nearest(&"set-header".repeat(100_000), NAMES), None);
    }
}

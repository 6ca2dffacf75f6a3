//! Conversions that need no operator: wider numbers, inheritance, interfaces, variance.

use super::{ENUMERABLE, Simple, Type};

/// Whether references of `from` are references of `to` (identity, base class, interface, variance).
pub fn is_reference(from: &Type, to: &Type) -> bool {
    if from == to || *to == Type::OBJECT || to.is_dynamic() {
        return true;
    }
    if from.mentions_dynamic() || to.mentions_dynamic() {
        return is_reference(&from.erased(), &to.erased());
    }
    match (from, to) {
        (Type::Null, _) => to.accepts_null(),
        (Type::Array(from, from_rank), Type::Array(to, to_rank)) => from_rank == to_rank && varies(from, to),
        (Type::Delegate(from), Type::Delegate(to)) => {
            from.name == to.name
                && from.parameters.len() == to.parameters.len()
                && from
                    .parameters
                    .iter()
                    .zip(&to.parameters)
                    .all(|(from, to)| varies(to, from))
                && varies(&from.result, &to.result)
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|((from, _), (to, _))| from == to)
        }
        (_, Type::Class(class, arguments)) => from.ancestry().iter().any(|ancestor| match ancestor {
            Type::Class(own, own_arguments) => own == class && arguments_match(class.name, own_arguments, arguments),
            _ => false,
        }),
        _ => false,
    }
}

fn arguments_match(name: &str, from: &[Type], to: &[Type]) -> bool {
    let covariant = matches!(
        name,
        ENUMERABLE
            | "System.Collections.Generic.IEnumerator"
            | "System.Collections.Generic.IReadOnlyCollection"
            | "System.Collections.Generic.IReadOnlyList"
            | "System.Linq.IGrouping"
            | "Newtonsoft.Json.Linq.IJEnumerable"
    );
    from.iter()
        .zip(to)
        .all(|(from, to)| from == to || (covariant && varies(from, to)))
}

/// Variance applies to references only.
fn varies(from: &Type, to: &Type) -> bool {
    from == to || (!from.is_value_type() && !matches!(from, Type::Nullable(_)) && is_reference(from, to))
}

/// C#'s implicit numeric conversions.
pub fn widens(from: Simple, to: Simple) -> bool {
    use Simple::{Byte, Char, Decimal, Double, Int16, Int32, Int64, SByte, Single, UInt16, UInt32, UInt64};
    match from {
        SByte => matches!(to, Int16 | Int32 | Int64 | Single | Double | Decimal),
        Byte => matches!(
            to,
            Int16 | UInt16 | Int32 | UInt32 | Int64 | UInt64 | Single | Double | Decimal
        ),
        Int16 => matches!(to, Int32 | Int64 | Single | Double | Decimal),
        UInt16 => matches!(to, Int32 | UInt32 | Int64 | UInt64 | Single | Double | Decimal),
        Int32 => matches!(to, Int64 | Single | Double | Decimal),
        UInt32 => matches!(to, Int64 | UInt64 | Single | Double | Decimal),
        Int64 | UInt64 => matches!(to, Single | Double | Decimal),
        Char => matches!(to, UInt16 | Int32 | UInt32 | Int64 | UInt64 | Single | Double | Decimal),
        Single => matches!(to, Double),
        _ => false,
    }
}

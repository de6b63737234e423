//! Column names: those in `--columns` and those of the spec.

use partner_center::{Field, FieldKind};
use partner_center_core::nearest::{max_distance, nearest_within};

use super::columns::Column;
use crate::failure::{Exit, Failure};
use crate::printable::printable;

/// Calls `found` with the dotted names of all fields, including those of nested objects. `objects`:
/// whether the objects themselves are included.
pub(super) fn paths(
    fields: &[Field],
    prefix: &str,
    objects: bool,
    found: &mut impl FnMut(String, FieldKind),
) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        if objects || field.members.is_empty() {
            found(path.clone(), field.kind);
        }
        paths(field.members, &format!("{path}."), objects, found);
    }
}

/// Returns the field with this case-insensitive dotted name, and its documented name.
fn lookup(name: &str, fields: &'static [Field]) -> Option<(String, &'static Field)> {
    let (first, rest) = match name.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (name, None),
    };
    let mut known = fields.iter();
    let field = known.find(|field| field.name.eq_ignore_ascii_case(first))?;
    match rest {
        None => Some((field.name.to_owned(), field)),
        Some(rest) => {
            let (rest, part) = lookup(rest, field.members)?;
            Some((format!("{}.{rest}", field.name), part))
        }
    }
}

/// Creates the column of a documented or an undocumented property.
pub(super) fn column(name: &str, fields: &[Field]) -> Column {
    let mut kind = None;
    paths(fields, "", true, &mut |known, found| {
        if known == name {
            kind = Some(found);
        }
    });
    Column {
        name: name.to_owned(),
        kind: kind.unwrap_or(FieldKind::Text),
        known: kind.is_some(),
        seen: false,
    }
}

/// Parses `--columns`. Documented names are case-insensitive. Other names are accepted as
/// undocumented properties, unless they are so similar to a documented name that they are probably
/// mistyped.
pub(super) fn read(
    text: &str,
    fields: &'static [Field],
    names: &[String],
) -> Result<Vec<Column>, Failure> {
    let mut columns: Vec<Column> = Vec::new();
    for typed in text.split(',').map(str::trim) {
        let column = match lookup(typed, fields) {
            Some((name, _)) => column(&name, fields),
            None => {
                check_unknown(typed, fields, names)?;
                column(typed, fields)
            }
        };
        if columns.iter().any(|known| known.name == column.name) {
            return Err(Failure::new(
                Exit::Usage,
                format!("--columns: `{}` is listed twice", column.name),
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn check_unknown(typed: &str, fields: &'static [Field], names: &[String]) -> Result<(), Failure> {
    let refused = |problem: String| {
        // Suggests the parts of an object for a dotted name, else only names without dots.
        let object = typed
            .rsplit_once('.')
            .map(|(object, _)| format!("{object}."));
        let known = names.iter().filter(|name| match &object {
            Some(object) => name
                .to_ascii_lowercase()
                .starts_with(&object.to_ascii_lowercase()),
            None => !name.contains('.'),
        });
        let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
        Failure::new(
            Exit::Usage,
            format!("--columns: {problem}; documented: {}", known.join(", ")),
        )
    };
    let shown = printable(typed);
    if typed.split('.').any(str::is_empty) {
        return Err(refused(format!("`{shown}` is not the name of a column")));
    }
    // In a short name, a single different letter can make a different word.
    let last = typed.rsplit('.').next().unwrap_or(typed);
    let limit = MAX_TYPING_ERRORS.min(max_distance(last));
    let near = nearest_within(limit, typed, names.iter().map(String::as_str));
    if let Some(near) = near {
        return Err(refused(format!("unknown column `{shown}`")).help(format!(
            "did you mean `{near}`? Without --columns, CSV and JSON have every property, including \
             undocumented ones"
        )));
    }
    let first = typed.split('.').next().unwrap_or_default();
    if let Some((name, field)) = lookup(first, fields)
        && field.kind != FieldKind::Structure
        && name.len() < typed.len()
    {
        return Err(refused(format!(
            "`{name}` has no parts, so there is no `{shown}`"
        )));
    }
    Ok(())
}

/// Maximum edit distance at which a name counts as mistyped.
const MAX_TYPING_ERRORS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> &'static [Field] {
        partner_center::Operation::find("customer").unwrap().fields
    }

    fn names() -> Vec<String> {
        let mut names = Vec::new();
        paths(fields(), "", true, &mut |name, _| names.push(name));
        names
    }

    #[test]
    fn refuses_invalid_columns() {
        for typed in [
            "",
            "id,",
            "id,ID",
            "idd",
            "id.x",
            "companyProfile.",
            "companyProfile.domains",
        ] {
            let failure = read(typed, fields(), &names()).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{typed}");
        }
        let failure = read("companyProfil.domain", fields(), &names()).unwrap_err();
        assert!(
            failure.fix().contains("`companyProfile.domain`"),
            "{failure:?}"
        );
    }
}

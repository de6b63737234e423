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

/// Names of columns in the value of a flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) flag: &'static str,
    /// Whether rows have no undocumented properties.
    pub(super) is_strict: bool,
}

impl Names {
    /// Reads names. Documented names are case-insensitive. Other names are accepted as undocumented
    /// properties, unless they are so similar to a documented name that they are probably mistyped,
    /// or rows have none. `documented`: all names with those of parts.
    pub(super) fn read(
        self,
        names: &[&str],
        fields: &'static [Field],
        documented: &[String],
    ) -> Result<Vec<Column>, Failure> {
        let mut columns: Vec<Column> = Vec::new();
        for typed in names.iter().copied() {
            let column = match lookup(typed, fields) {
                Some((name, _)) => column(&name, fields),
                None => {
                    self.check_unknown(typed, fields, documented)?;
                    column(typed, fields)
                }
            };
            if columns.iter().any(|known| known.name == column.name) {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("{}: `{}` is listed twice", self.flag, column.name),
                ));
            }
            columns.push(column);
        }
        Ok(columns)
    }

    fn check_unknown(
        self,
        typed: &str,
        fields: &'static [Field],
        documented: &[String],
    ) -> Result<(), Failure> {
        let refused = |problem: String| {
            // Suggests the parts of an object for a dotted name, else only names without dots.
            let object = typed
                .rsplit_once('.')
                .map(|(object, _)| format!("{object}."));
            let known = documented.iter().filter(|name| match &object {
                Some(object) => name
                    .to_ascii_lowercase()
                    .starts_with(&object.to_ascii_lowercase()),
                None => !name.contains('.'),
            });
            let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
            let flag = self.flag;
            Failure::new(
                Exit::Usage,
                format!("{flag}: {problem}; documented: {}", known.join(", ")),
            )
        };
        let shown = printable(typed);
        if typed.split('.').any(str::is_empty) {
            return Err(refused(format!("`{shown}` is not the name of a column")));
        }
        // In a short name, a single different letter can make a different word.
        let last = typed.rsplit('.').next().unwrap_or(typed);
        let limit = match self.is_strict {
            true => max_distance(last),
            false => MAX_TYPING_ERRORS.min(max_distance(last)),
        };
        let near = nearest_within(limit, typed, documented.iter().map(String::as_str));
        if let Some(near) = near {
            let help = match self.is_strict {
                true => format!("did you mean `{near}`?"),
                false => format!(
                    "did you mean `{near}`? Without --columns, CSV and JSON have every property, \
                     including undocumented ones"
                ),
            };
            return Err(refused(format!("unknown column `{shown}`")).help(help));
        }
        if self.is_strict {
            return Err(refused(format!("unknown column `{shown}`")));
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

    fn read(typed: &str, is_strict: bool) -> Result<Vec<Column>, Failure> {
        let columns = Names {
            flag: "--columns",
            is_strict,
        };
        let typed: Vec<_> = typed.split(',').collect();
        columns.read(&typed, fields(), &names())
    }

    #[test]
    fn only_rows_of_the_service_have_undocumented_columns() {
        assert_eq!(read("id,newProperty", false).unwrap().len(), 2);
        let failure = read("id,newProperty", true).unwrap_err();
        assert!(failure.summary().contains("unknown column"), "{failure:?}");
        assert_eq!(failure.fix(), "");
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
            let failure = read(typed, false).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{typed}");
        }
        let failure = read("companyProfil.domain", false).unwrap_err();
        assert!(
            failure.fix().contains("`companyProfile.domain`"),
            "{failure:?}"
        );
    }
}

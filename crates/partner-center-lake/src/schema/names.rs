//! Names of columns, which every engine accepts.

/// Returns the name of the column for the property at a path of names that are joined by dots: with
/// `_` for the dots and for the characters that Delta does not allow in names.
pub(super) fn column_name(path: &str) -> String {
    let name: String = path
        .chars()
        .map(|c| match c {
            ' ' | ',' | ';' | '{' | '}' | '(' | ')' | '=' | '.' | '/' | '`' | '"' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    match name.is_empty() {
        true => "_".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn forbidden_characters_become_underscores() {
        for (path, name) in [
            ("customerName", "customerName"),
            ("companyProfile.domain", "companyProfile_domain"),
            ("a b,c;d{e}f(g)h\ni\tj=k", "a_b_c_d_e_f_g_h_i_j_k"),
            ("größe", "größe"),
            ("", "_"),
        ] {
            assert_eq!(column_name(path), name);
        }
    }
}

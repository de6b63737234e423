//! The parts of a file that are written for people.

/// Role of a piece of text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// First line of a documentation comment.
    Summary,
    /// Other comments, string literals, and lines of a document.
    Comment,
}

/// Text with its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    /// Line in the file, counted from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// The comments and string literals of a Rust file, or the lines of a document.
///
/// Line by line: a word of the glossary that is split over two lines is not found.
pub(super) fn pieces<'a>(path: &str, text: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut documented = false;
    let mut code_block = false;
    let mut continued = false;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let mut add = |kind, text| {
            pieces.push(Piece {
                kind,
                line: line_number,
                text,
            });
        };
        let line = line.trim();
        if !path.ends_with(".rs") {
            if line.starts_with("```") {
                code_block = !code_block;
            } else if !code_block {
                add(Kind::Comment, line);
            }
            continue;
        }
        let was_documented = documented;
        documented = line.starts_with("///");
        if let Some(doc) = line.strip_prefix("///") {
            let kind = if was_documented {
                Kind::Comment
            } else {
                Kind::Summary
            };
            add(kind, doc.trim());
        } else if let Some(comment) = line.strip_prefix("//") {
            add(Kind::Comment, comment.trim_start_matches('!').trim());
        } else {
            for literal in literals(line, continued) {
                add(Kind::Comment, literal);
            }
            // A literal that goes over several lines has a backslash at the end of each.
            continued = line.ends_with('\\');
        }
    }
    pieces
}

/// The text between double quotes; `continued` if the line begins within a literal.
fn literals(line: &str, continued: bool) -> impl Iterator<Item = &str> {
    line.split('"').skip(usize::from(!continued)).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_found() {
        let source = "//! Module.\n\n/// First.\n/// Second.\nfn f() { g(\"text\"); } // not found\n// Reason.\n";
        let found: Vec<_> = pieces("a.rs", source)
            .into_iter()
            .map(|piece| (piece.kind, piece.line, piece.text))
            .collect();
        assert_eq!(
            found,
            [
                (Kind::Comment, 1, "Module."),
                (Kind::Summary, 3, "First."),
                (Kind::Comment, 4, "Second."),
                (Kind::Comment, 5, "text"),
                (Kind::Comment, 6, "Reason."),
            ]
        );
    }

    #[test]
    fn a_literal_over_several_lines_is_found() {
        let source = "f(\"one \\\n   two\", three, \"four\");\n";
        let found: Vec<_> = pieces("a.rs", source)
            .into_iter()
            .map(|piece| piece.text)
            .collect();
        assert_eq!(found, ["one \\", "two", "four"]);
    }

    #[test]
    fn code_in_documents_is_left_out() {
        let document = "# Title\n```sh\ncode\n```\ntext\n";
        let found = pieces("a.md", document);
        let lines: Vec<_> = found.iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [1, 5]);
    }
}

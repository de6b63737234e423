//! Code blocks of a Markdown page.

/// Code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) language: String,
    /// Programs or modules of `needs=`.
    pub(crate) needs: Vec<String>,
    pub(crate) code: String,
    /// Number of its first line in the page.
    pub(crate) line: usize,
}

/// Returns the fenced blocks of a page, without their indentation.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block, usize)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        let indentation = line.len() - line.trim_start().len();
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default().to_owned();
                let needs = words.filter_map(|word| word.strip_prefix("needs="));
                let needs = needs.flat_map(|names| names.split(',')).map(str::to_owned);
                let block = Block {
                    language,
                    needs: needs.collect(),
                    code: String::new(),
                    line: number + 1,
                };
                open = Some((block, indentation));
            }
            (Some(_), Some("")) => blocks.extend(open.take().map(|(block, _)| block)),
            (Some((block, cut)), _) => {
                block.code.push_str(line.get(*cut..).unwrap_or_default());
                block.code.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

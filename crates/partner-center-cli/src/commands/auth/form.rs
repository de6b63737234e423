/// Form of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Form {
    /// Lines for a person
    Text,
    /// One JSON document
    Json,
}

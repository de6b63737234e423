//! Failures of tables and storages as messages for the user, with exit codes.

use partner_center_lake::{AnalysisError, LakeError, RowError, StorageFailure};

use crate::failure::{Exit, Failure, messages};

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        let mut messages = messages(&error).into_iter();
        let mut failure = Self::new(exit(&error), messages.next().unwrap_or_default());
        for message in messages {
            failure = failure.also(Self::new(Exit::Other, message));
        }
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

fn exit(error: &LakeError) -> Exit {
    match error {
        LakeError::SecretInAddress { .. }
        | LakeError::InvalidAddress { .. }
        | LakeError::UnknownOption { .. }
        | LakeError::NotATable { .. }
        | LakeError::ForeignTable { .. }
        | LakeError::OtherReport { .. }
        | LakeError::OtherPartner { .. }
        | LakeError::NewerFormat { .. }
        | LakeError::NewerProtocol { .. }
        | LakeError::UnknownColumn { .. }
        | LakeError::UnknownDay { .. } => Exit::Usage,
        LakeError::Incomplete { .. } | LakeError::CompleteDayExists { .. } => Exit::Incomplete,
        LakeError::Storage { kind, .. } => match kind {
            StorageFailure::AccessRefused => Exit::Authentication,
            StorageFailure::Throttled => Exit::Throttled,
            StorageFailure::Unavailable => Exit::Network,
            _ => Exit::Other,
        },
        _ => Exit::Other,
    }
}

impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        let text = messages(&error).join(": ");
        Self::new(Exit::Other, text).help("check the table with `pcenter snapshot verify`")
    }
}

impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Self {
        Self::new(Exit::Usage, error.to_string())
            .help("the columns of a report are listed by `pcenter docs REPORT`")
    }
}

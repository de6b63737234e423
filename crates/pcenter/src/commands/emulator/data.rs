//! Data that the emulator serves, as options.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use partner_center::Timestamp;
use partner_center_emulator::{DataSet, SyntheticData};

use crate::failure::{Exit, Failure, messages};

/// Data that the emulator serves.
#[derive(Args, Debug)]
#[command(next_help_heading = "Data")]
pub(super) struct Data {
    /// Rows: synthetic, documented, or a file or folder with rows in JSON or CSV
    ///
    /// synthetic is a made-up partner whose reports belong together, documented are the responses
    /// of Microsoft's documentation, byte for byte. Files have the names of operations, such as
    /// azure_usage.csv, and replace the rows of their operations.
    #[arg(long, value_name = "DATA", default_value = "synthetic")]
    data: Source,

    /// Number of customers, 1 to 100000 [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    customers: Option<u32>,

    /// Number of days with figures, 1 to 1095 [default: 90]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_095))]
    days: Option<u16>,

    /// Seed of all names, ids and figures; equal seeds give equal rows [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Day on which the data end, for example 2026-11-25 [default: the day of the clock]
    #[arg(long, value_name = "DATE")]
    today: Option<Timestamp>,
}

/// Source of the rows.
#[derive(Clone, Debug)]
enum Source {
    Synthetic,
    Documented,
    Files(PathBuf),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "synthetic" => Self::Synthetic,
            "documented" => Self::Documented,
            path => Self::Files(path.into()),
        })
    }
}

impl Data {
    /// Reads the files, if there are any.
    pub(super) fn data_set(&self) -> Result<DataSet, Failure> {
        let mut settings = SyntheticData::new();
        if let Some(customers) = self.customers {
            settings = settings.customers(customers);
        }
        if let Some(days) = self.days {
            settings = settings.days(days);
        }
        if let Some(seed) = self.seed {
            settings = settings.seed(seed);
        }
        if let Some(today) = &self.today {
            settings = settings.today(today.clone());
        }
        match &self.data {
            Source::Synthetic => Ok(DataSet::synthetic(settings)),
            Source::Documented if settings != SyntheticData::new() => Err(Failure::new(
                Exit::Usage,
                "--customers, --days, --seed and --today have no effect on the documented rows",
            )
            .help("remove them, or use `--data synthetic`")),
            Source::Documented => Ok(DataSet::documented()),
            Source::Files(path) => DataSet::from_path(path, settings).map_err(|error| {
                let failure = Failure::new(
                    Exit::Usage,
                    format!("--data: {}", messages(&error).join(": ")),
                );
                match path.exists() {
                    true => failure,
                    false => failure.help(
                        "give synthetic, documented, or the path of a file or folder with rows",
                    ),
                }
            }),
        }
    }
}

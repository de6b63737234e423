/// How the process ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// All rows were written.
    Fine = 0,
    /// A failure that is none of the others.
    Other = 1,
    /// Wrong usage; nothing was sent.
    Usage = 2,
    /// Sign-in failed, or the token is not accepted.
    Authentication = 3,
    /// Too many calls.
    Throttled = 4,
    /// Fewer rows than the service states, or an interrupted listing. The rows that came
    /// were written.
    Incomplete = 5,
    /// The service refused or failed, or answered something undocumented.
    Service = 6,
    /// No complete response.
    Network = 7,
    /// Ended by SIGINT (Ctrl-C). The rows that came were written.
    Interrupted = 130,
    /// Ended by SIGTERM. The rows that came were written.
    Terminated = 143,
}

/// Exit code of the process.
///
/// ```
/// use pcenter::Exit;
///
/// assert_eq!(Exit::Success as u8, 0);
/// assert_eq!(Exit::Usage as u8, 2);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// Success: all rows were written.
    Success = 0,
    /// Any error without its own code.
    Other = 1,
    /// Wrong usage, or a customer that is unknown or ambiguous; no rows were requested.
    Usage = 2,
    /// Sign-in failed, or the API does not accept the token.
    Authentication = 3,
    /// Throttled: too many requests.
    Throttled = 4,
    /// The listing was interrupted, rows are missing or cannot be read, or a column has no
    /// values. The rows received so far were written.
    Incomplete = 5,
    /// The service refused the request, failed, or sent an undocumented response.
    Service = 6,
    /// Network error: no complete response.
    Network = 7,
    /// Stopped by SIGINT (Ctrl-C). The rows received so far were written.
    Interrupted = 130,
    /// Stopped by SIGTERM. The rows received so far were written.
    Terminated = 143,
}

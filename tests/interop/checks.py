"""Lines of checks, for the scripts of `cargo xtask interop`."""

import traceback


def check(name, function, *arguments):
    """Runs a check and prints its line. Returns what the function returns, or None."""
    try:
        result = function(*arguments)
    except Exception as error:  # The line names every kind of failure.
        traceback.print_exc()
        print(f"failed {name}: {type(error).__name__}: {' '.join(str(error).split())[:500]}")
        return None
    print(f"ok {name}", flush=True)
    return result

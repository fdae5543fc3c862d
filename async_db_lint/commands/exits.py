"""The exit statuses of the command, which users may rely on."""

CLEAN = 0  # nothing at or above the severity that was asked for
FOUND = 1  # something
FAILED = 2  # the tool could not do its work

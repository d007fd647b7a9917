#!/bin/sh
# One file through Fluent Bit, once; ends with the exit code of kaudit-filter.
#
#     once.sh audit.log [OUTPUT...]

set -eu
FILE=$1
export FILE
shift
[ $# -gt 0 ] || set -- -o stdout
cd "$(dirname "$0")"
exec fluent-bit -R parsers.conf -i exec \
    -p command='exec kaudit-filter --max-line 1M "outcome and code>=400" "$FILE"' \
    -p parser=k8s_audit -p buf_size=2M \
    -p exit_after_oneshot=true -p propagate_exit_code=true \
    "$@"

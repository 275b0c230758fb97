# Starting and ending what a script needs, by process id. Sourced by run, demo
# and bench. stop_all ends everything that was started, the last one first.

started=()

# start NAME LOGFILE COMMAND... sets $pid.
start() {
	local name=$1 log=$2
	shift 2
	"$@" </dev/null >"$log" 2>&1 &
	pid=$!
	started+=("$pid:$name")
}

# stop PID ends a process: politely, after ten seconds by force.
stop() {
	kill "$1" 2>/dev/null || return 0
	for _ in {1..100}; do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

stop_all() {
	local i
	trap - EXIT
	trap '' INT TERM
	for ((i = ${#started[@]} - 1; i >= 0; i--)); do
		stop "${started[i]%%:*}"
	done
}

# ready ADDRESS says whether the server there takes work.
ready() {
	local line
	exec 9<>"/dev/tcp/${1%:*}/${1##*:}" || return 1
	printf 'GET /readyz HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" >&9
	IFS= read -r -t 5 line <&9 || line=
	exec 9>&-
	[[ $line == *" 200"* ]]
}

# start_server ADDRESS LOGFILE ARGUMENT... starts the server and waits until it is ready.
start_server() {
	local address=$1 log=$2 server
	shift 2
	if (ready "$address") 2>/dev/null; then
		echo "a server answers on $address already; end it, or choose another address with HTTP=" >&2
		return 1
	fi
	start parleyd "$log" bin/parleyd serve --http "$address" "$@"
	server=$pid
	for _ in {1..300}; do
		if (ready "$address") 2>/dev/null; then
			return
		fi
		if ! kill -0 "$server" 2>/dev/null; then
			echo "the server ended while starting; the end of $log:" >&2
			tail -n 20 "$log" >&2
			return 1
		fi
		sleep 0.1
	done
	echo "the server was not ready within 30 seconds; the end of $log:" >&2
	tail -n 20 "$log" >&2
	return 1
}

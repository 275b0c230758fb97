// Package scenario plays the whole system: servers as boot makes them, a
// customer's SIP phone, agents' desktops with WebRTC, and a store and a bus of
// either kind. It has tests only. The scripts in testdata are txtar archives:
// their comment is a list of commands (see the table in command_test.go), the
// file "centre.yaml" the settings of the servers.
//
// Every script runs twice: on SQLite with the bus in the program, and on
// PostgreSQL with two servers and a NATS cluster of three, where calls arrive at
// server A and desktops connect to server B unless a command says otherwise.
package scenario

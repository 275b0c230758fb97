// Package sip is the telephone trunk: it takes calls from configured peers over
// UDP, TCP and TLS and keeps their dialogs.
//
// Three layers, from the wire inward:
//
//   - the gate reads bytes, drops what does not come from a configured peer,
//     and checks every message before any parser of the library sees it.
//     A message that RFC 3261 or RFC 4475 calls invalid is answered with the
//     status the RFC asks for, or dropped, and counted;
//   - the library's transactions retransmit, match and time out;
//   - a Dialog is one call: answered once, renewed by session timers
//     (RFC 4028), ended once. Everything that happens to it is told to the
//     Handler.
//
// The SIP library shows nowhere outside this package and package phone.
package sip

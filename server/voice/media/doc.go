// Package media carries the sound of the trunk side: session descriptions,
// RTP streams, telephone events and prompts.
//
// Payloads are never decoded on the way through: a Stream passes what comes to
// its Sink and sends what it is given, with headers of its own, so that the
// far side hears one continuous stream although music and agents take turns.
// Sound is taken only from the host that the session description names.
// Prompts are encoded once for each codec and sent by clocks that many calls
// share.
package media

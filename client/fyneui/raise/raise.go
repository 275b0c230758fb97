// Package raise brings a window to the front and lets the keyboard focus be, so
// that a ringing contact is seen by an agent who types in another program.
//
// It tells the size of the screen too, which the toolkit does not.
//
// Where it is not possible nothing happens: the notification, the ringer and the
// window's title remain. Wayland gives no program this right.
package raise

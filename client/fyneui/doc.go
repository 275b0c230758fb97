// Package fyneui is the cross-platform desktop: it draws the view models with the
// Fyne toolkit and tells them what the user did.
//
// A Shell owns the one window. It shows either the sign-in screen or the frame of
// a signed-in agent. States come on the goroutines of the view models; only the
// latest one of each screen reaches the window's thread, where widgets compare it
// with what they show. Nothing here computes, sorts or formats, and nothing but a
// command of the user moves the keyboard focus.
//
// Build with the tags migrated_fynedo and no_animations; the first takes Fyne's thread checks out.
package fyneui

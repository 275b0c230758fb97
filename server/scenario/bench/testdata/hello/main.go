// Command hello is a bare window of the desktop's toolkit: the least that any
// program made with it uses.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

func main() {
	window := app.NewWithID("org.parley.Hello").NewWindow("hello")
	window.SetContent(container.NewVBox(widget.NewLabel("Hello"), widget.NewButton("OK", nil), widget.NewEntry()))
	window.Resize(fyne.NewSize(1280, 720))
	window.ShowAndRun()
}

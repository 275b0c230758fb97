// Package look is the visual language of the Fyne desktop: colours, type sizes,
// spacing and icons. Everything visible takes its measures from here.
//
// There are four type sizes, distances are multiples of four, and one accent
// colour marks the one thing to do next; red stays for hanging up and for loss.
// Every pair of text and ground that the desktop draws keeps a contrast of at
// least 4.5 to 1 in both schemes, which a test measures.
package look

// Package assets embeds what both programs carry with them: icons, sounds,
// prompts, message catalogues and the demo centre.
package assets

import "embed"

// FS holds the folders icons, sounds, prompts, locales and demo.
//
//go:embed all:icons all:sounds all:prompts all:locales all:demo
var FS embed.FS

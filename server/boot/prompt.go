package boot

import (
	"io/fs"
	"net/netip"
	"path"
)

// promptFS gives the prompts: those in the data folder first, then the ones
// that came with the program.
type promptFS struct{ own, built fs.FS }

// Open implements fs.FS.
func (p *promptFS) Open(name string) (fs.File, error) {
	if f, err := p.own.Open(name); err == nil {
		return f, nil
	}
	return p.built.Open(path.Join("prompts", name))
}

func loopbackPrefixes() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

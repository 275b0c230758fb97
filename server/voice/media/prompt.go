package media

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"parley/client/phone/codec"
)

// Prompt is a recording, encoded once for each codec that is asked for.
type Prompt struct {
	once    bool
	encoded map[codec.Name][][]byte
}

// frames are those of a codec; Library.Find has made them.
func (p *Prompt) frames(name codec.Name) [][]byte { return p.encoded[name] }

// Once is the same prompt played a single time, even as the last one.
func (p *Prompt) Once() *Prompt { return &Prompt{once: true, encoded: p.encoded} }

// Library is the prompts of a folder.
type Library struct {
	fsys fs.FS

	mu      sync.Mutex
	sounds  map[string]Sound
	prompts map[key]*entry
}

type key struct {
	name  string
	codec codec.Name
}

// entry lets the first caller encode while later ones wait for it.
type entry struct {
	once   sync.Once
	prompt *Prompt
	err    error
}

// NewLibrary reads prompts from fsys, which holds NAME.wav files.
func NewLibrary(fsys fs.FS) *Library {
	return &Library{fsys: fsys, sounds: make(map[string]Sound), prompts: make(map[key]*entry)}
}

// Find returns the prompt NAME.wav for a codec. A name whose language, the part
// after the last dot, is missing falls back to English.
func (l *Library) Find(name string, c codec.Name) (*Prompt, error) {
	base, _, found := strings.Cut(name, ".")
	p, err := l.load(name, c)
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	if found || name == base {
		return l.load(base+".en", c)
	}
	return nil, err
}

func (l *Library) load(name string, c codec.Name) (*Prompt, error) {
	l.mu.Lock()
	e := l.prompts[key{name, c}]
	if e == nil {
		e = new(entry)
		l.prompts[key{name, c}] = e
	}
	l.mu.Unlock()
	e.once.Do(func() { e.prompt, e.err = l.encode(name, c) })
	return e.prompt, e.err
}

func (l *Library) encode(name string, c codec.Name) (*Prompt, error) {
	if !fs.ValidPath(name + ".wav") {
		return nil, fmt.Errorf("find prompt %q: %w", name, fs.ErrNotExist)
	}
	raw, err := fs.ReadFile(l.fsys, name+".wav")
	if err != nil {
		return nil, fmt.Errorf("find prompt: %w", err)
	}
	sound, err := ReadWAV(raw)
	if err != nil {
		return nil, fmt.Errorf("read prompt %s: %w", name, err)
	}
	return Encode(sound, c)
}

// Encode makes a prompt of a sound for one codec. The last frame is filled up
// with silence.
func Encode(sound Sound, c codec.Name) (*Prompt, error) {
	format, found := codec.Lookup(c)
	if !found {
		return nil, ErrCodec
	}
	enc, err := codec.NewEncoder(c)
	if err != nil {
		return nil, fmt.Errorf("encode sound: %w", err)
	}
	pcm := codec.Resample(sound.Samples, sound.Rate, format.SampleRate)
	size := format.FrameSize()
	if rest := len(pcm) % size; rest != 0 {
		pcm = append(pcm[:len(pcm):len(pcm)], make([]int16, size-rest)...)
	}
	frames := make([][]byte, 0, len(pcm)/size)
	for ; len(pcm) > 0; pcm = pcm[size:] {
		frame, err := enc.Encode(pcm[:size])
		if err != nil {
			return nil, fmt.Errorf("encode sound: %w", err)
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		return nil, errEmpty
	}
	return &Prompt{encoded: map[codec.Name][][]byte{c: frames}}, nil
}

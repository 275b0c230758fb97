package local

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/crypto/chacha20poly1305"
)

// KeyRing keeps one secret.
type KeyRing interface {
	// Secret returns the stored secret; ErrNoSecret when there is none yet.
	Secret() (string, error)
	SetSecret(secret string) error
}

// ErrNoSecret says that the key ring works and holds no secret yet.
var ErrNoSecret = errors.New("the key ring holds no key yet")

// KeyState says where the key of the encrypted data is.
type KeyState int

// The states.
const (
	// KeyInRing: in the operating system's key ring.
	KeyInRing KeyState = iota
	// KeyInFile: in a file beside the data, because there is no key ring.
	KeyInFile
)

const (
	ringService = "parley"
	ringUser    = "local data"
	// ringTime bounds the wait for a key ring that asks its user for a password.
	ringTime = 30 * time.Second
	keyFile  = "key"
)

// systemRing is the operating system's key ring.
type systemRing struct{}

func (systemRing) Secret() (string, error) {
	if !hasRing() {
		return "", errors.New("no key ring runs for this user")
	}
	return inTime(func() (string, error) {
		secret, err := keyring.Get(ringService, ringUser)
		if errors.Is(err, keyring.ErrNotFound) {
			return "", ErrNoSecret
		}
		return secret, err
	})
}

func (systemRing) SetSecret(secret string) error {
	_, err := inTime(func() (string, error) { return "", keyring.Set(ringService, ringUser, secret) })
	return err
}

// hasRing is false where looking for a key ring would start a message bus that
// nobody ends: on Linux without a desktop session.
func hasRing() bool {
	if runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// inTime gives up on a key ring that does not answer. Its call cannot be
// cancelled and is left to itself.
func inTime(f func() (string, error)) (string, error) {
	type result struct {
		secret string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		secret, err := f()
		done <- result{secret, err}
	}()
	select {
	case r := <-done:
		return r.secret, r.err
	case <-time.After(ringTime):
		return "", errors.New("the key ring does not answer")
	}
}

// keys are all keys that this machine has at the moment. The first one seals;
// any may open, because the key ring is not there every day.
type keys [][]byte

// loadKeys finds the keys, and makes one when there is none.
func loadKeys(dir string, ring KeyRing) (keys, KeyState, error) {
	path := filepath.Join(dir, keyFile)
	secret, ringErr := ring.Secret()
	inRing, parseErr := parseKey(secret)
	inFile, err := readKeyFile(path)
	if err != nil {
		return nil, KeyInFile, err
	}
	switch {
	case ringErr == nil && parseErr == nil && inFile != nil:
		return keys{inRing, inFile}, KeyInRing, nil
	case ringErr == nil && parseErr == nil:
		return keys{inRing}, KeyInRing, nil
	}
	fresh := make([]byte, chacha20poly1305.KeySize)
	// Read of crypto/rand never fails.
	_, _ = rand.Read(fresh)
	// A key ring that cannot be read is not written to: it may hold a key.
	if errors.Is(ringErr, ErrNoSecret) && ring.SetSecret(hex.EncodeToString(fresh)) == nil {
		if inFile != nil {
			return keys{fresh, inFile}, KeyInRing, nil
		}
		return keys{fresh}, KeyInRing, nil
	}
	if inFile != nil {
		return keys{inFile}, KeyInFile, nil
	}
	if err := writeKeyFile(path, fresh); err != nil {
		return nil, KeyInFile, err
	}
	return keys{fresh}, KeyInFile, nil
}

func parseKey(secret string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(secret))
	if err != nil || len(key) != chacha20poly1305.KeySize {
		return nil, errors.New("the stored key has the wrong form")
	}
	return key, nil
}

func readKeyFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of local data: %w", err)
	}
	key, err := parseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the key of local data in %s: %w", path, err)
	}
	return key, nil
}

func writeKeyFile(path string, key []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the key of local data: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the key of local data: %w", err)
	}
	return nil
}

// seal encrypts a text; place is bound to it, so that records cannot be swapped.
func (k keys) seal(text []byte, place string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k[0])
	if err != nil {
		return nil, fmt.Errorf("encrypt local data: %w", err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	_, _ = rand.Read(nonce)
	return aead.Seal(nonce, nonce, text, []byte(place)), nil
}

var errUnreadable = errors.New("the record is damaged, or sealed with a key that is not here")

func (k keys) open(sealed []byte, place string) ([]byte, error) {
	for _, key := range k {
		aead, err := chacha20poly1305.NewX(key)
		if err != nil {
			return nil, fmt.Errorf("decrypt local data: %w", err)
		}
		if len(sealed) < aead.NonceSize() {
			return nil, errUnreadable
		}
		nonce, body := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
		if text, err := aead.Open(nil, nonce, body, []byte(place)); err == nil {
			return text, nil
		}
	}
	return nil, errUnreadable
}

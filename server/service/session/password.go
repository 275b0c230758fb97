package session

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"

	"parley/server/domain"
)

// Argon2id with one pass over 46 MiB (OWASP ASVS 5.0, appendix C).
const (
	argonTime   = 1
	argonMemory = 46 << 10 // KiB
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// MinPassword and MaxPassword bound the length of a new password in bytes.
const (
	MinPassword = 8
	MaxPassword = 256
)

// hasher computes password hashes, at most one a core at a time, so that a
// flood of sign-ins cannot take all memory.
type hasher struct {
	slots chan struct{}
	// dummy is compared for unknown users, so that they take the same time.
	dummy string
}

func newHasher() (*hasher, error) {
	h := &hasher{slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	d, err := h.hash(context.Background(), rand.Text())
	if err != nil {
		return nil, err
	}
	h.dummy = d
	return h, nil
}

// key waits for a core, or until ctx ends.
func (h *hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey), nil
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// match compares in constant time. A hash it cannot read matches nothing.
func (h *hasher) match(ctx context.Context, hash, password string) (bool, error) {
	salt, want, ok := read(hash)
	if !ok {
		salt, want, _ = read(h.dummy)
		password = ""
	}
	key, err := h.key(ctx, password, salt)
	return ok && err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}

func read(hash string) (salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	return salt, key, err == nil && len(key) == argonKey
}

func checkNewPassword(password string) error {
	if len(password) < MinPassword || len(password) > MaxPassword {
		return &domain.Error{
			Kind: domain.Invalid, Subject: "password",
			Text: fmt.Sprintf("a password has %d to %d characters", MinPassword, MaxPassword),
		}
	}
	return nil
}

package local

import (
	"errors"
	"fmt"
	"os"

	"parley/client/model"
)

var errLocked = errors.New("another process holds the lock")

// fileLock is held by one process at a time; the system lets go of it when the
// process ends, however it ends.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the lock of the journal: %w", err)
	}
	err = tryLock(f)
	switch {
	case err == nil:
		return &fileLock{f}, nil
	case errors.Is(err, errLocked):
		err = &model.Error{
			Kind: model.KindConflict, Subject: "instance",
			Text: "this user's desktop is already open on this machine; use that one or close it",
		}
	default:
		err = fmt.Errorf("lock the journal: %w", err)
	}
	if closeErr := f.Close(); closeErr != nil {
		return nil, errors.Join(err, closeErr)
	}
	return nil, err
}

func (l *fileLock) release() error { return l.file.Close() }

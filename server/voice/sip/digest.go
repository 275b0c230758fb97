package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// nonceLife is how long a challenge may be answered.
const nonceLife = time.Minute

// nonces makes challenges that need no memory: a time, signed.
type nonces struct{ key []byte }

func newNonces() nonces {
	return nonces{key: []byte(rand.Text())}
}

func (n nonces) make(now time.Time) string {
	at := strconv.FormatInt(now.Unix(), 36)
	return at + "." + n.sign(at)
}

func (n nonces) sign(at string) string {
	mac := hmac.New(sha256.New, n.key)
	mac.Write([]byte(at))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (n nonces) valid(nonce string, now time.Time) bool {
	at, sig, _ := strings.Cut(nonce, ".")
	unix, err := strconv.ParseInt(at, 36, 64)
	age := now.Sub(time.Unix(unix, 0))
	return err == nil && hmac.Equal([]byte(sig), []byte(n.sign(at))) && age >= 0 && age < nonceLife
}

// authenticate finds the peer that sent an INVITE; without one the request is
// refused or challenged here.
func (s *Server) authenticate(req *lib.Request, tx lib.ServerTransaction) (*Peer, bool) {
	source, err := parseSource(req.Source())
	if err != nil {
		s.refuse(tx, req, 403)
		return nil, false
	}
	peer := s.gate.peers.from(source.Addr())
	if peer != nil && peer.Username == "" {
		return peer, true
	}
	h := req.GetHeader("Authorization")
	if h != nil {
		if p := s.proven(h.Value(), req, peer); p != nil {
			return p, true
		}
	}
	challenge := fmt.Sprintf(`Digest realm="%s", nonce="%s", algorithm=MD5, qop="auth"`,
		s.cfg.Domain, s.nonces.make(time.Now()))
	s.refuse(tx, req, 401, lib.NewHeader("WWW-Authenticate", challenge))
	return nil, false
}

// proven returns the peer whose password made the credentials: the one at the
// address, or any that may come from anywhere.
func (s *Server) proven(value string, req *lib.Request, at *Peer) *Peer {
	cred, err := digest.ParseCredentials(value)
	if err != nil || cred.Realm != s.cfg.Domain || !s.nonces.valid(cred.Nonce, time.Now()) {
		return nil
	}
	for i := range s.gate.peers {
		p := &s.gate.peers[i]
		if p != at && (at != nil || !p.anywhere()) || p.Username != cred.Username {
			continue
		}
		want, err := digest.Digest(&digest.Challenge{
			Realm: s.cfg.Domain, Nonce: cred.Nonce, Algorithm: "MD5", QOP: qop(cred.QOP),
		}, digest.Options{
			Method: string(req.Method), URI: cred.URI, Count: cred.Nc, Cnonce: cred.Cnonce,
			Username: p.Username, Password: p.Password,
		})
		if err == nil && subtle.ConstantTimeCompare([]byte(want.Response), []byte(cred.Response)) == 1 {
			return p
		}
	}
	return nil
}

func qop(used string) []string {
	if used == "" {
		return nil
	}
	return []string{used}
}

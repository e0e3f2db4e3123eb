package credential

import (
	"crypto/rand"
	"crypto/subtle"
	"runtime"

	"golang.org/x/crypto/scrypt"
)

// The scrypt parameters: a guess takes about 0.1 s and 32 MiB, so that a weak credential cannot be guessed from a stolen
// state.
const (
	cost        = 1 << 15
	blockSize   = 8
	parallelism = 1
	length      = 32
)

// concurrency limits the hashes in progress to the number of processors: more would only need more memory.
var concurrency = make(chan struct{}, runtime.NumCPU())

// hash is a salted scrypt hash.
type hash struct {
	Cost int    `json:"cost"`
	Salt []byte `json:"salt"`
	Sum  []byte `json:"sum"`
}

func newHash(text []byte) *hash {
	created := &hash{Cost: cost, Salt: make([]byte, 16)}
	_, _ = rand.Read(created.Salt) // never fails
	created.Sum = created.sumOf(text)
	return created
}

// matches reports whether this is the hash of a text. A hash with unusable parameters matches nothing.
func (h *hash) matches(text []byte) bool {
	sum := h.sumOf(text)
	return sum != nil && subtle.ConstantTimeCompare(sum, h.Sum) == 1
}

// sumOf returns nil for unusable parameters.
func (h *hash) sumOf(text []byte) []byte {
	if h.Cost > cost {
		return nil
	}
	concurrency <- struct{}{}
	defer func() { <-concurrency }()
	sum, err := scrypt.Key(text, h.Salt, h.Cost, blockSize, parallelism, length)
	if err != nil {
		return nil
	}
	return sum
}

package credential

import (
	"crypto/rand"
	"crypto/subtle"
	"runtime"

	"golang.org/x/crypto/scrypt"
)

// The cost of a guess: about 0.1 s and 32 MiB. Whoever has the state shall not find a weak credential by trying.
const (
	cost        = 1 << 15
	blockSize   = 8
	parallelism = 1
	length      = 32
)

// As many as there are processors, whatever -parallelism is: more would take memory and no less time.
var atOnce = make(chan struct{}, runtime.NumCPU())

// hash is a salted slow hash.
type hash struct {
	Cost int    `json:"cost"`
	Salt []byte `json:"salt"`
	Sum  []byte `json:"sum"`
}

func hashOf(text []byte) *hash {
	made := &hash{Cost: cost, Salt: make([]byte, 16)}
	_, _ = rand.Read(made.Salt) // which never fails
	made.Sum = made.of(text)
	return made
}

// is tells whether the hash is of the text. A hash of the private state that cannot be computed is of none.
func (h *hash) is(text []byte) bool {
	sum := h.of(text)
	return sum != nil && subtle.ConstantTimeCompare(sum, h.Sum) == 1
}

func (h *hash) of(text []byte) []byte {
	if h.Cost > cost {
		return nil
	}
	atOnce <- struct{}{}
	defer func() { <-atOnce }()
	sum, err := scrypt.Key(text, h.Salt, h.Cost, blockSize, parallelism, length)
	if err != nil {
		return nil
	}
	return sum
}

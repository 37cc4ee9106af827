package store

import (
	"fmt"
	"strings"
)

// What follows is for implementations: names of keys, and the checks of a call
// that need nothing stored.

// nul parts a name. No part of a key holds it, and it sorts before every byte
// that one may hold, so names sort as keys do.
const nul = "\x00"

// Name gives the key as one text that sorts as keys do; ErrInvalid when a part
// holds a NUL byte.
func (k Key) Name() (string, error) {
	if strings.Contains(k.UID, nul) || strings.Contains(k.Kind, nul) || strings.Contains(k.ID, nul) {
		return "", fmt.Errorf("%w: a key with a NUL byte: %q", ErrInvalid, k)
	}
	return k.UID + nul + k.Kind + nul + k.ID, nil
}

// ParseName is the reverse of Key.Name; false for text that is no name.
func ParseName(name string) (Key, bool) {
	part := strings.Split(name, nul)
	if len(part) != 3 {
		return Key{}, false
	}
	return Key{UID: part[0], Kind: part[1], ID: part[2]}, true
}

// AccountNames gives the bounds of an account's names: every name of it, and no
// other, is >= from and < to. ErrInvalid when uid holds a NUL byte.
func AccountNames(uid string) (from, to string, err error) {
	if strings.Contains(uid, nul) {
		return "", "", fmt.Errorf("%w: an account with a NUL byte: %q", ErrInvalid, uid)
	}
	return uid + nul, uid + "\x01", nil
}

// BatchNames checks a batch as Apply wants it and gives the names of its
// records, in its order; ErrInvalid.
func BatchNames(lease Lease, batch []Write) ([]string, error) {
	if len(batch) > MaxBatch {
		return nil, fmt.Errorf("%w: a batch of %d, more than %d", ErrInvalid, len(batch), MaxBatch)
	}
	names := make([]string, len(batch))
	for i, w := range batch {
		name, err := w.Name()
		if err != nil {
			return nil, err
		}
		if w.UID != lease.UID {
			return nil, fmt.Errorf("%w: a record of account %q under the lease of %q", ErrInvalid, w.UID, lease.UID)
		}
		names[i] = name
	}
	return names, nil
}

// CheckShard says whether there is such a shard; ErrInvalid.
func CheckShard(shard int) error {
	if shard < 0 || shard >= Shards {
		return fmt.Errorf("%w: shard %d of %d", ErrInvalid, shard, Shards)
	}
	return nil
}

package bolt

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
)

// journal is the second copy of the durable records: what no cloud can give
// back when the file is damaged. It is another file, written to at its end
// alone, so that what harms one of the two hardly harms the other.
//
// Every line is one write: an entry with its checksum, in base64. So a damaged
// line costs that write and no other. The newest place in the shard's feed
// counts, whatever the order of the lines.
type journal struct {
	path string
	db   *bbolt.DB

	mu    sync.Mutex
	file  *os.File
	size  int64 // of the file
	least int64 // its size after it was last written anew
}

// journalSlack is how much a journal may grow beyond twice what it needs until
// it is written anew, in bytes.
const journalSlack = 1 << 20

func journalPath(path string) string { return path + ".journal" }

// newJournal writes the journal of an open file anew: what it lacked after a
// crash it has then.
func newJournal(path string, db *bbolt.DB) (*journal, error) {
	j := &journal{path: journalPath(path), db: db}
	return j, j.rewrite()
}

// append adds writes that the file has, and returns when they are on disk.
func (j *journal) append(kept []entry) error {
	if len(kept) == 0 {
		return nil
	}
	var lines []byte
	for _, e := range kept {
		lines = append(base64.StdEncoding.AppendEncode(lines, e.encode()), '\n')
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.file.Write(lines)
	j.size += int64(n)
	if err := errors.Join(err, j.file.Sync()); errors.Is(err, os.ErrClosed) {
		return store.ErrClosed
	} else if err != nil {
		return fmt.Errorf("bolt: the journal of durable records: %w", err)
	}
	if j.size > 2*j.least+journalSlack {
		return j.rewrite()
	}
	return nil
}

// rewrite puts a journal of what is durable now in place of the old one, which
// stays as it is until the new one is on disk. The caller has the lock, or is
// alone.
func (j *journal) rewrite() error {
	fresh, err := os.OpenFile(j.path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	lines := bufio.NewWriter(fresh)
	err = j.db.View(func(tx *bbolt.Tx) error { return writeDurable(tx, lines) })
	err = errors.Join(err, lines.Flush(), fresh.Sync())
	size, sizeErr := fresh.Seek(0, io.SeekCurrent)
	if err = errors.Join(err, sizeErr); err == nil {
		err = replaceFile(fresh.Name(), j.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("bolt: the journal of durable records: %w", err), fresh.Close())
	}
	old := j.file
	j.file, j.size, j.least = fresh, size, size
	if old == nil {
		return nil
	}
	return old.Close()
}

// writeDurable writes a line for each durable record.
func writeDurable(tx *bbolt.Tx, to io.Writer) error {
	return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		if bytes.Equal(name, bucketMeta) {
			return nil
		}
		return b.Bucket(bucketRecords).ForEach(func(_, v []byte) error {
			e, err := decodeEntry(v)
			if err != nil || !e.durable {
				return err
			}
			_, err = fmt.Fprintln(to, base64.StdEncoding.EncodeToString(v))
			return err
		})
	})
}

// replaceFile puts one file in the place of another, on disk when it returns.
func replaceFile(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

// readJournal gives the durable records of a file's journal and the number of
// lines that cannot be read. No journal is an empty one.
func readJournal(path string) (kept map[string]entry, damaged int, err error) {
	b, err := os.ReadFile(journalPath(path))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, 0, err
	}
	kept = map[string]entry{}
	for line := range bytes.Lines(b) {
		e, err := readLine(line)
		if err != nil {
			damaged++
			continue
		}
		if was, ok := kept[e.name]; !ok || e.seq > was.seq {
			kept[e.name] = e
		}
	}
	for name, e := range kept {
		if !e.durable {
			delete(kept, name)
		}
	}
	return kept, damaged, nil
}

// readLine wants the line to be whole, for a cut one could be another's
// beginning.
func readLine(line []byte) (entry, error) {
	text, whole := bytes.CutSuffix(line, []byte("\n"))
	v, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || !whole {
		return entry{}, damaged("a line of the journal is not whole")
	}
	return decodeEntry(v)
}

package pricelist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner walks through a JSON text without keeping any of it.
type scanner struct {
	dec  *jsontext.Decoder
	name []byte
}

func newScanner(r io.Reader) *scanner {
	// Names are not looked for twice: that would keep every SKU of the text.
	return &scanner{dec: jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true))}
}

func stringReader(text string) io.Reader { return strings.NewReader(text) }

// wrong says what is wrong at the place that was read last.
func (s *scanner) wrong(format string, args ...any) error {
	return fmt.Errorf("byte %d, %q: %s", s.dec.InputOffset(), string(s.dec.StackPointer()), fmt.Sprintf(format, args...))
}

// broken is the error of a text that is no JSON, or not all of it.
func (s *scanner) broken(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return s.wrong("the text breaks off")
	case errors.As(err, &syntax):
		return s.wrong("no JSON: %v", syntax.Err)
	}
	return fmt.Errorf("byte %d: the text breaks off: %w", s.dec.InputOffset(), err)
}

// object calls each with the name of every member; each reads its value. The name
// is valid until something is read.
func (s *scanner) object(each func(name []byte) error) error {
	if s.dec.PeekKind() != '{' {
		return s.unexpected("an object")
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return s.broken(err)
	}
	for {
		switch s.dec.PeekKind() {
		case '}':
			_, err := s.dec.ReadToken()
			return err
		case '"':
		default:
			return s.unexpected("a name")
		}
		name, err := s.quoted()
		if err != nil {
			return err
		}
		if err := each(name); err != nil {
			return err
		}
	}
}

// bytes reads a string; they are valid until something else is read.
func (s *scanner) bytes() ([]byte, error) {
	if s.dec.PeekKind() != '"' {
		return nil, s.unexpected("a string")
	}
	return s.quoted()
}

// quoted reads what is known to be a string, as bytes does.
func (s *scanner) quoted() ([]byte, error) {
	value, err := s.dec.ReadValue()
	if err != nil {
		return nil, s.broken(err)
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		s.name, err = jsontext.AppendUnquote(s.name[:0], value)
		return s.name, err
	}
	return value[1 : len(value)-1], nil
}

// text reads a string.
func (s *scanner) text(into *string) error {
	value, err := s.bytes()
	*into = string(value)
	return err
}

// moment reads a time.
func (s *scanner) moment(into *time.Time) error {
	value, err := s.bytes()
	if err != nil {
		return err
	}
	if *into, err = time.Parse(time.RFC3339, string(value)); err != nil {
		return s.wrong("%q is no time", value)
	}
	return nil
}

// whole reads the limit of a range; "Inf" is 0.
func (s *scanner) whole(into *int64) error {
	value, err := s.bytes()
	if err != nil || string(value) == "Inf" {
		return err
	}
	if *into, err = strconv.ParseInt(string(value), 10, 64); err != nil {
		return s.wrong("%q is no whole number", value)
	}
	return nil
}

// pass passes over a value that is short, as the terms of one product are: it is
// read as a whole, which takes half as long as to skip it.
func (s *scanner) pass() error {
	if _, err := s.dec.ReadValue(); err != nil {
		return s.broken(err)
	}
	return nil
}

// skip passes over a value of any length.
func (s *scanner) skip() error {
	if err := s.dec.SkipValue(); err != nil {
		return s.broken(err)
	}
	return nil
}

// end makes sure that nothing is behind the text.
func (s *scanner) end() error {
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return s.wrong("the text goes on behind its end")
	}
	return nil
}

// unexpected says what is there instead of what should be.
func (s *scanner) unexpected(want string) error {
	if s.dec.PeekKind() == 0 { // invalid: reading says why
		if _, err := s.dec.ReadToken(); err != nil {
			return s.broken(err)
		}
	}
	return s.wrong("here should be %s", want)
}

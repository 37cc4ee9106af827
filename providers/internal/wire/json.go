package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"occigate/providers"
)

// JSON decodes the whole body. An empty body, something that is not JSON or
// breaks off, a member of another type, and anything behind the document are
// [providers.ErrUnavailable]. Unknown members are passed over, and numbers that
// go into an interface stay [json.Number]. The error repeats nothing of the
// body.
func (a Answer) JSON(into any) error {
	dec := json.NewDecoder(bytes.NewReader(a.Body))
	dec.UseNumber()
	err := dec.Decode(into)
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return a.Broken("the answer is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return a.Broken("the answer breaks off")
	case errors.As(err, &mistyped):
		return a.Broken("the answer has a wrong type at %q", mistyped.Field)
	case err != nil:
		return a.Broken("the answer is no JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return a.Broken("the answer goes on behind its end")
	}
	return nil
}

// Broken is the error of an answer that makes no sense:
// [providers.ErrUnavailable], with what is wrong with it. The text must repeat
// nothing that may be secret.
func (a Answer) Broken(format string, args ...any) error {
	return providers.Errorf(providers.ErrUnavailable, a.Op, format, args...)
}

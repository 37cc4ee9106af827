package history

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// Pack writes what is kept of prices as deflated JSON: they repeat themselves.
func Pack(value any) ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(value); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// mostUnpacked bounds what a record may become, in bytes.
const mostUnpacked = 1 << 30

// Unpack reads what [Pack] has written into a value. The error is for operators.
func Unpack(packed io.Reader, into any) error {
	r := flate.NewReader(packed)
	defer r.Close()
	if err := json.NewDecoder(io.LimitReader(r, mostUnpacked)).Decode(into); err != nil {
		return errors.New("the prices that are kept make no sense: " + strconv.Quote(err.Error()))
	}
	return nil
}

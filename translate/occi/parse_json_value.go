package occi

import "github.com/go-json-experiment/json/jsontext"

// attributes reads values by name. A null is a value that is not given.
func (j *jsonParser) attributes(part *Part) error {
	at := j.pos().Path
	return j.members(func(name string) error {
		v := Value{Name: name, Pos: Pos{Path: at, Member: name}}
		switch kind := j.dec.PeekKind(); kind {
		case '{', '[':
			data, err := j.structure()
			if err != nil {
				return err
			}
			v.Form, v.Data = Structure, data
		case 'n':
			return j.dec.SkipValue()
		default:
			token, err := j.dec.ReadToken()
			if err != nil {
				return err
			}
			if v.Text = token.String(); token.Kind() != '"' {
				v.Form = Bare
			}
		}
		part.Attributes = append(part.Attributes, v)
		return nil
	})
}

// structure reads any value, in the Go types of [Array] and [Object].
func (j *jsonParser) structure() (any, error) {
	switch j.dec.PeekKind() {
	case '{':
		object := map[string]any{}
		err := j.members(func(name string) (err error) {
			object[name], err = j.structure()
			return err
		})
		return object, err
	case '[':
		array := []any{}
		err := j.array(func() error {
			v, err := j.structure()
			array = append(array, v)
			return err
		})
		return array, err
	}
	token, err := j.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	return j.scalar(token)
}

func (j *jsonParser) scalar(token jsontext.Token) (any, error) {
	switch token.Kind() {
	case '"':
		return token.String(), nil
	case 't', 'f':
		return token.Bool(), nil
	case '0':
		v, err := token.Float()
		if err != nil {
			return nil, j.pos().fail("number is too large", "", "")
		}
		return v, nil
	}
	return nil, nil
}

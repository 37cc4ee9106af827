package occi

// Limits bound what a document may take. A zero field means its default.
type Limits struct {
	Body   int64 // bytes of a body; 8 MiB
	Line   int   // bytes of a line after unfolding, and of a header line; 1 MiB
	Depth  int   // nesting of JSON; 32
	Values int   // categories, links, attributes, locations and JSON members together; 20000
	Name   int   // bytes of a term, a scheme, an attribute's name, a title or location of a category; 1024
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Body:   orDefault(l.Body, 8<<20),
		Line:   orDefault(l.Line, 1<<20),
		Depth:  orDefault(l.Depth, 32),
		Values: orDefault(l.Values, 20000),
		Name:   orDefault(l.Name, 1024),
	}
}

func orDefault[T int | int64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

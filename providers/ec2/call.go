package ec2

import (
	"context"
	"reflect"
	"strings"

	"occigate/providers"
)

// A method is one operation of an SDK client, such as Client.RunInstances. Opt
// is the client's type of options, which no call uses.
type method[In, Out, Opt any] = func(context.Context, *In, ...func(*Opt)) (*Out, error)

// read makes a call that changes nothing.
func read[In, Out, Opt any](ctx context.Context, do method[In, Out, Opt], in *In) (*Out, error) {
	return call(providers.Reading(ctx, operation[In]()), do, in)
}

// keyed makes a change that is harmless to repeat: it carries a client token,
// or it asks for a state and not for a step.
func keyed[In, Out, Opt any](ctx context.Context, do method[In, Out, Opt], in *In) (*Out, error) {
	return call(providers.Keyed(ctx, operation[In]()), do, in)
}

// change makes a change that must not be repeated.
func change[In, Out, Opt any](ctx context.Context, do method[In, Out, Opt], in *In) (*Out, error) {
	return call(providers.Changing(ctx, operation[In]()), do, in)
}

func call[In, Out, Opt any](ctx context.Context, do method[In, Out, Opt], in *In) (*Out, error) {
	out, err := do(ctx, in)
	if err != nil {
		name, _ := providers.Call(ctx)
		return nil, refusal(name, err)
	}
	return out, nil
}

// operation is EC2's name of the call that takes In: the SDK calls the input of
// RunInstances RunInstancesInput.
func operation[In any]() string {
	return strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input")
}

// pages collects the rows of the listing called operation. next is given the
// token of a page, nil for the first, and gives the page's rows and the token of
// the next one.
func pages[Row any](operation string, next func(token *string) ([]Row, *string, error)) ([]Row, error) {
	all := []Row{}
	var token *string
	for {
		rows, following, err := next(token)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if value(following) == "" {
			return all, nil
		}
		if value(following) == value(token) {
			return nil, providers.Errorf(providers.ErrUnavailable, operation, "the cloud gives the same page again and again")
		}
		token = following
	}
}

// value is what a pointer of the SDK points to, the zero value for nil.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// some is a pointer for the SDK, nil for the zero value.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// known refuses a native id that cannot exist before the cloud is asked: EC2
// takes an empty id for a missing parameter.
func known(operation, id string) error {
	if id == "" {
		return providers.Errorf(providers.ErrNotFound, operation, "an empty id names nothing")
	}
	return nil
}

// Package broker compares what clouds charge: a wish and the tariffs of all
// accounts give quotes, with the reason for their order and for every candidate
// that is left out. It is pure: it calls no cloud and reads no clock. It knows no
// HTTP and no file format, and it holds no floating-point number.
package broker

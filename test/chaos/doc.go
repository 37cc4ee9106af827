// Package chaos lets gateways, stores and clocks fail while clients work,
// and then asks whether everything is still there: nothing missing, nothing
// twice, no URL changed, what users made intact. The gateways are processes of
// their own, so that they can be killed; the stores are real servers; the clouds
// are simulated in the test's process, where they change meanwhile.
//
// Everything random comes from one seed, which is printed; CHAOS_SEED sets it.
// With -short the faults are fewer and the quiet between them shorter.
package chaos

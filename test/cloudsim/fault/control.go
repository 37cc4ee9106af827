package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// maxPlan bounds the body of a posted plan, in bytes.
const maxPlan = 1 << 20

// Control is a small API on the plan, for people who try a simulator by hand:
// GET lists the faults in force as a JSON array, PUT replaces them by such an
// array, POST adds to them, DELETE clears them. All answer the faults then in
// force. It has no access control: mount it on loopback only.
func (p *Plan) Control() http.Handler {
	change := map[string]func(...Fault){
		http.MethodPut:    p.Set,
		http.MethodPost:   p.Add,
		http.MethodDelete: func(...Fault) { p.Clear() },
		http.MethodGet:    func(...Fault) {},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		do, ok := change[r.Method]
		if !ok {
			w.Header().Set("Allow", "GET, PUT, POST, DELETE")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		faults, err := posted(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		do(faults...)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(p.Faults())
	})
}

// posted reads the faults of a PUT or POST.
func posted(w http.ResponseWriter, r *http.Request) ([]Fault, error) {
	if r.Method != http.MethodPut && r.Method != http.MethodPost {
		return nil, nil
	}
	var faults []Fault
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPlan)).Decode(&faults); err != nil {
		return nil, fmt.Errorf("want a JSON array of faults: %w", err)
	}
	return faults, nil
}

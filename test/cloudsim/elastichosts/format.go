package elastichosts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"occigate/test/cloudsim/fault"
)

// object is keys and values; lists are separated by spaces.
type object = map[string]string

// call is one HTTP request, with its body's keys.
type call struct {
	*http.Request
	op   string
	keys object
}

// parse reads the body in the format of its Content-Type.
func (q *call) parse() error {
	q.keys = object{}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return refuse("usage", "the body broke off")
	}
	if strings.HasPrefix(q.Header.Get("Content-Type"), "application/json") && len(body) > 0 {
		return q.parseJSON(body)
	}
	for line := range strings.SplitSeq(string(body), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		key, value, _ := strings.Cut(line, " ")
		q.keys[key] = strings.ReplaceAll(value, `\n`, "\n")
	}
	return nil
}

func (q *call) parseJSON(body []byte) error {
	members := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&members) != nil {
		return refuse("usage", "the body is no JSON object")
	}
	for key, value := range members {
		list, many := value.([]any)
		if !many {
			list = []any{value}
		}
		words := make([]string, len(list))
		for i, v := range list {
			words[i] = fmt.Sprint(v)
		}
		q.keys[key] = strings.Join(words, " ")
	}
	return nil
}

// answer is what a command says: objects, rows of values, or nothing (204).
type answer struct {
	output string // properties, list or empty
	many   bool   // several objects, also when there is one
	rows   []object
	list   [][]string
}

func one(o object) (answer, error) { return answer{output: "properties", rows: []object{o}}, nil }

func nothing() (answer, error) { return answer{}, nil }

func (a answer) write(w http.ResponseWriter, q *call) {
	if a.output == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("X-Elastic-Output", a.output)
	if strings.Contains(q.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(a.document())
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, a.text())
}

func (a answer) text() string {
	var b strings.Builder
	for _, row := range a.list {
		b.WriteString(strings.Join(row, " ") + "\n")
	}
	for i, o := range a.rows {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, key := range slices.Sorted(maps.Keys(o)) {
			b.WriteString(key + " " + strings.ReplaceAll(o[key], "\n", `\n`) + "\n")
		}
	}
	return b.String()
}

// numbers are the keys that come as JSON numbers; the counters of drives come
// as texts, as a recorded answer has them.
var numbers = map[string]bool{
	"cpu": true, "mem": true, "size": true, "rawsize": true, "started": true,
	"rx": true, "tx": true, "rx:packets": true, "imaging": true, "smp": true,
}

// lists are the keys that may hold several values, which come as an array then.
var lists = map[string]bool{"nic:0:dhcp:ip": true, "boot": true, "readers": true, "claimed": true, "tags": true}

func (a answer) document() any {
	all := make([]any, 0, len(a.rows)+len(a.list))
	for _, row := range a.list {
		switch len(row) {
		case 1:
			all = append(all, row[0])
		case 2:
			all = append(all, map[string]string{"type": row[0], "resource": row[1]})
		default:
			all = append(all, row)
		}
	}
	for _, o := range a.rows {
		members := map[string]any{}
		for key, value := range o {
			members[key] = value
			if words := strings.Fields(value); lists[key] && len(words) > 1 {
				members[key] = words
			}
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && numbers[key] {
				members[key] = n
			}
		}
		all = append(all, members)
	}
	if a.output == "properties" && !a.many {
		return all[0]
	}
	return all
}

// statuses are the error classes (Core API details).
var statuses = map[string]int{
	"usage": http.StatusBadRequest, "auth": http.StatusUnauthorized, "billing": http.StatusPaymentRequired,
	"missing": http.StatusNotFound, "method": http.StatusMethodNotAllowed, "busy": http.StatusConflict,
	"failed": http.StatusInternalServerError, "system": http.StatusInternalServerError, "full": http.StatusInsufficientStorage,
}

// refusal is an error of the cloud. Its body is text in either format.
type refusal struct{ class, words string }

func (r *refusal) Error() string { return r.class + ": " + r.words }

func refuse(class, format string, args ...any) *refusal {
	return &refusal{class, fmt.Sprintf(format, args...)}
}

func (r *refusal) write(w http.ResponseWriter) {
	w.Header().Set("X-Elastic-Error", r.class)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(statuses[r.class])
	if r.words != "" {
		_, _ = io.WriteString(w, r.words+"\n")
	}
}

// refuseFault writes a Status fault with the class that its code names, or that
// goes with its status. A status outside of the table has no class: it is the
// load balancer's.
func refuseFault(w http.ResponseWriter, _ *http.Request, f fault.Fault) {
	class := f.Code
	for _, c := range slices.Sorted(maps.Keys(statuses)) {
		if class == "" && statuses[c] == f.Status {
			class = c
		}
	}
	if class != "" {
		w.Header().Set("X-Elastic-Error", class)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}

package gogrid

import (
	"slices"
	"strconv"
	"time"
)

// Job is what the cloud does about a change.
type Job struct {
	ID      int
	Command Option
	Server  string // name
	State   Option
	History []Step
	server  Server // as it was when the job was made
}

// Step is an entry of a job's history.
type Step struct {
	State Option
	At    time.Time
	Note  string
}

func (c *Cloud) newJob(command Option, s *Server) *Job {
	j := &Job{ID: c.nextID(), Command: command, Server: s.Name, server: *s}
	c.jobs = append(c.jobs, j)
	j.to(c, JobCreated, "")
	j.to(c, JobQueued, "")
	return j
}

// to takes a job that has not ended to another state.
func (j *Job) to(c *Cloud, state Option, note string) {
	if j.ended() {
		return
	}
	j.State = state
	j.History = append(j.History, Step{state, c.line.At, note})
}

func (j *Job) ended() bool {
	return slices.Contains([]Option{JobSucceeded, JobFailed, JobCanceled, JobFatal}, j.State)
}

func (j *Job) view(c *Cloud) object {
	history := []object{}
	for i, s := range j.History {
		history = append(history, object{
			"object": "job_history", "id": j.ID*10 + i, "state": s.State.view(),
			"updatedon": s.At.UnixMilli(), "note": s.Note,
		})
	}
	detail := object{"type": "virtual_server", "name": j.Server, "description": j.server.Description, "ip": j.server.IP}
	if i := c.image(strconv.Itoa(j.server.ImageID)); i != nil {
		detail["image"] = i.Name
	}
	first, last := j.History[0], j.History[len(j.History)-1]
	return object{
		"object": "job", "id": j.ID, "command": j.Command.view(), "objecttype": ofServer.view(),
		"currentstate": j.State.view(), "owner": "demo@example.com", "attempts": 1,
		"createdon": first.At.UnixMilli(), "lastupdatedon": last.At.UnixMilli(),
		"history": history, "detail": detail,
	}
}

// The defaults of grid/job/list.
const (
	jobItems = 100
	jobDays  = 28
)

// jobList gives the newest jobs first (the order is inferred), of the last four
// weeks and 100 at most unless asked for others.
func (c *Cloud) jobList(q *call) (*answer, error) {
	state, err := q.option("job.state", vocabularies()["job.state"])
	if err != nil {
		return nil, err
	}
	since := c.line.At.AddDate(0, 0, -jobDays)
	if start, err := strconv.ParseInt(q.args.Get("startdate"), 10, 64); err == nil {
		since = time.UnixMilli(start)
	}
	var rows []object
	for _, j := range slices.Backward(c.jobs) {
		about := q.args.Get("object")
		fits := (state.ID == 0 || state == j.State) && !j.History[0].At.Before(since) &&
			(about == "" || about == j.Server)
		if fits {
			rows = append(rows, j.view(c))
		}
	}
	if !q.args.Has("num_items") {
		rows = rows[:min(jobItems, len(rows))]
	}
	return c.page(q, rows)
}

func (c *Cloud) jobGet(q *call) (*answer, error) {
	for _, j := range c.jobs {
		if id := strconv.Itoa(j.ID); id == q.args.Get("id") || id == q.args.Get("job") {
			return one(j.view(c)), nil
		}
	}
	return nil, noMatch()
}

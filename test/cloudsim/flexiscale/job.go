package flexiscale

import (
	"context"
	"strconv"
	"time"
)

// The states of a job.
const (
	JobRunning   = 1
	JobCompleted = 2
	JobFailed    = 3
)

// Job is a change under way or done.
type Job struct {
	ID, Server, Status int
	Description, Notes string
	Started, Finished  time.Time
}

func (j *Job) view() value {
	finished := value{name: "finished", form: null}
	if j.Status != JobRunning {
		finished = value{name: "finished", kind: "xsd:dateTime", text: j.Finished.UTC().Format(time.RFC3339)}
	}
	return object("Job",
		number("job_id", j.ID), number("type_id", j.Server), number("status", j.Status),
		value{name: "started", kind: "xsd:dateTime", text: j.Started.UTC().Format(time.RFC3339)},
		finished,
		text("description", j.Description), number("parent_job", 0), text("notes", j.Notes))
}

// work begins a job that takes a server through states within one transition,
// the first at once and the last at its end.
func (c *Cloud) work(s *Server, description string, call *tree, path ...Status) value {
	j := &Job{ID: c.nextID(), Server: s.ID, Status: JobRunning, Description: description, Notes: call.text("notes"), Started: c.line.At}
	c.jobs = append(c.jobs, j)
	s.Status = path[0]
	for n, status := range path[1:] {
		c.line.After(c.opt.Transition*time.Duration(n+1)/time.Duration(len(path)-1), func() {
			if j.Status != JobRunning {
				return
			}
			s.Status = status
			if n == len(path)-2 {
				j.Status, j.Finished = JobCompleted, c.line.At
				s.Modified = s.Modified && path[0] != Stopping
			}
		})
	}
	return number("", j.ID)
}

func (c *Cloud) listJobs(call *tree) (value, error) {
	return listed(call, "Job", c.jobs, func(j *Job) int { return j.ID }, (*Job).view)
}

// waitForJobs answers once all jobs have ended, whether all succeeded. It waits
// as long as the client does, and lets other calls in meanwhile.
func (c *Cloud) waitForJobs(ctx context.Context, call *tree) (value, error) {
	ids := call.list()
	for {
		ended, succeeded := true, true
		for _, j := range c.jobs {
			if ids[strconv.Itoa(j.ID)] {
				ended = ended && j.Status != JobRunning
				succeeded = succeeded && j.Status == JobCompleted
			}
		}
		if ended {
			return value{kind: "xsd:boolean", text: strconv.FormatBool(succeeded)}, nil
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(glance):
		}
		c.mu.Lock()
		if ctx.Err() != nil {
			return value{}, refusal(unexpected)
		}
		c.line.Settle(c.opt.Clock())
	}
}

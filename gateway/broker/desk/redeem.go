package desk

import (
	"fmt"
	"slices"

	"occigate/gateway/broker"
)

// Standing says whether an offer still holds.
type Standing struct {
	Offer
	Now    *broker.Candidate // the same size at today's price; nil when it is no candidate any more
	Reason broker.Reason     // why it does not hold, "" when it does
	Text   string            // the same for people
}

// Redeem reads the id of a quote and looks at each of its offers: one holds when it
// could be quoted at this moment for no more than was promised, with the price of
// the very image where one is given. Errors are those of [Desk.Verify].
func (d *Desk) Redeem(id, image string) (*Promise, []Standing, error) {
	p, err := d.Verify(id)
	if err != nil {
		return nil, nil, err
	}
	w := p.Wish
	w.Best, w.Accounts, w.ImageID = -1, nil, image
	for _, o := range p.Offers {
		if !slices.Contains(w.Accounts, o.Account) {
			w.Accounts = append(w.Accounts, o.Account)
		}
	}
	if w.Accounts == nil {
		return p, nil, nil
	}
	q, err := d.Quote(w)
	if err != nil {
		return nil, nil, err
	}
	today := map[Offer]*broker.Candidate{}
	for i := range q.Candidates {
		today[of(&q.Candidates[i]).thing()] = &q.Candidates[i]
	}
	left, err := d.Rejections(w)
	if err != nil {
		return nil, nil, err
	}
	all := make([]Standing, len(p.Offers))
	for i, o := range p.Offers {
		all[i] = standing(o, today[o.thing()], left)
	}
	return p, all, nil
}

// thing is the offer without its price.
func (o Offer) thing() Offer {
	return Offer{Account: o.Account, Size: o.Size, Price: o.Price, Zone: o.Zone}
}

func standing(o Offer, now *broker.Candidate, left []broker.Rejection) Standing {
	s := Standing{Offer: o, Now: now}
	if now != nil {
		if now.Month.Nanos() > o.Month.Nanos() {
			s.Reason = broker.ReasonPriceCap
			s.Text = fmt.Sprintf("costs %s a month now, quoted were %s", now.Month, o.Month)
		}
		return s
	}
	s.Reason, s.Text = broker.ReasonCapability, "the account does not offer the size any more"
	for i := range left {
		if r := &left[i]; r.Account == o.Account && r.Size == o.Size && (r.Price == o.Price || r.Price == "") {
			s.Reason, s.Text = r.Reason, r.Text
		}
	}
	return s
}

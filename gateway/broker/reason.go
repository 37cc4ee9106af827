package broker

import "slices"

// Reason says in one word why something is not among the candidates.
type Reason string

// The reasons, in the order in which they are looked for: the first that fits is
// told. Those up to breaker are of a whole account, the others of one size in it.
const (
	ReasonPolicy       Reason = "policy"           // the wish rules the cloud or account out
	ReasonRegion       Reason = "region"           // the wish rules the region out
	ReasonLocation     Reason = "location_unknown" // nobody has said where the region lies
	ReasonImage        Reason = "image"            // no image of that name
	ReasonQuota        Reason = "quota"            // no room left, or none a short while ago
	ReasonBreaker      Reason = "breaker"          // the cloud does not answer or refuses us
	ReasonCapability   Reason = "capability"       // the size is too small, for the wish or for every image asked for
	ReasonArchitecture Reason = "architecture"     // the size, or every image asked for, is of another
	ReasonNoPrice      Reason = "no_price"         // nobody has said what the size costs
	ReasonNoDisk       Reason = "no_disk_price"
	ReasonNoAddress    Reason = "no_address_price"
	ReasonNoEgress     Reason = "no_egress_price"
	ReasonNoImagePrice Reason = "no_image_price"
	ReasonPrecision    Reason = "precision" // the sum is too large or too fine to be exact
	ReasonPriceCap     Reason = "price_cap" // dearer than the wish allows
	ReasonNoRate       Reason = "no_rate"   // no dated exchange rate for its currency
)

var reasons = []Reason{
	ReasonPolicy, ReasonRegion, ReasonLocation, ReasonImage, ReasonQuota, ReasonBreaker,
	ReasonCapability, ReasonArchitecture, ReasonNoPrice, ReasonNoDisk, ReasonNoAddress,
	ReasonNoEgress, ReasonNoImagePrice, ReasonPrecision, ReasonPriceCap, ReasonNoRate,
}

// Reasons are all of them, in their order.
func Reasons() []Reason { return slices.Clone(reasons) }

// rank is the reason's place among [Reasons].
func (r Reason) rank() int { return slices.Index(reasons, r) }

// Obstacle is why an account cannot be used at the moment: [ReasonQuota] or
// [ReasonBreaker], and the words for people.
type Obstacle struct {
	Reason Reason
	Text   string
}

// Count is how many sizes of all accounts were left out for one reason.
type Count struct {
	Reason Reason
	Count  int
}

// tally counts by reason. Its few entries are searched, which is cheaper than
// hashing them.
type tally []Count

func (t *tally) add(r Reason, n int) {
	if n == 0 {
		return
	}
	for i := range *t {
		if (*t)[i].Reason == r {
			(*t)[i].Count += n
			return
		}
	}
	*t = append(*t, Count{r, n})
}

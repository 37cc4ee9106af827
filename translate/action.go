package translate

import (
	"occigate/providers"
	"occigate/translate/occi"
)

// powerOps maps an action of compute and its method parameter to power
// operations, best first: the first that the server offers is taken. The empty
// method is none given (GFD.224 table 3).
var powerOps = map[string]map[string][]providers.PowerOp{
	occi.ActionStart: {
		"": {providers.PowerStart},
	},
	occi.ActionStop: {
		"":         {providers.PowerStop, providers.PowerOff},
		"graceful": {providers.PowerStop},
		"acpioff":  {providers.PowerStop},
		"poweroff": {providers.PowerOff},
	},
	occi.ActionRestart: {
		"":         {providers.PowerReboot, providers.PowerReset},
		"graceful": {providers.PowerReboot},
		"warm":     {providers.PowerReboot},
		"cold":     {providers.PowerReset},
	},
	occi.ActionSuspend: {
		"":          {providers.PowerSuspend, providers.PowerHibernate},
		"suspend":   {providers.PowerSuspend},
		"hibernate": {providers.PowerHibernate},
	},
}

// PowerOp says which power operation an action with its parameters means for a
// server. A method that is none of the action's is [providers.ErrInvalid]. When
// the server offers none of the operations now, the first is returned, and
// whoever carries it out sees whether the state is reached already.
func PowerOp(s *providers.Server, action string, params occi.Attributes) (providers.PowerOp, error) {
	methods, ok := powerOps[action]
	if !ok {
		return "", providers.Errorf(providers.ErrInvalid, action, "compute has no such power action")
	}
	method, _ := params[occi.ParamMethod].(string)
	ops, ok := methods[method]
	if !ok {
		_, term := occi.SplitID(action)
		return "", providers.Errorf(providers.ErrInvalid, term, "method %q is none of this action's", method)
	}
	for _, op := range ops {
		if s.Offers(op) {
			return op, nil
		}
	}
	return ops[0], nil
}

// SaveSpec reads the parameters of the save action (GFD.224 section 3.1). Both
// spellings of the method that clients send are known.
func SaveSpec(params occi.Attributes, title string) (providers.ImageSpec, error) {
	spec := providers.ImageSpec{Name: title}
	if name, _ := params[occi.ParamName].(string); name != "" {
		spec.Name = name
	}
	switch method, _ := params[occi.ParamMethod].(string); method {
	case "", "hot":
		spec.Hot = true
	case "deferred", "deffered":
	default:
		return spec, providers.Errorf(providers.ErrInvalid, "save", "method %q is neither hot nor deferred", method)
	}
	return spec, nil
}

// goals says which shown state each action of networks and storages leads to.
var goals = map[string]string{
	occi.ActionUp: "active", occi.ActionDown: "inactive",
	occi.ActionOnline: "online", occi.ActionOffline: "offline",
}

// Reached reports whether a network or storage in a state is where an action
// leads to already. No cloud can lead it there else: [providers.ErrUnsupported]
// says so.
func Reached(action string, s providers.ResourceState) error {
	_, term := occi.SplitID(action)
	goal, known := goals[action]
	switch {
	case !known:
		return providers.Errorf(providers.ErrUnsupported, term, "no cloud here does that with a resource of this kind")
	case goal == linkStates[s] || goal == storageStates[s]:
		return nil
	}
	return providers.Errorf(providers.ErrUnsupported, term, "no cloud here can do that; the state is %s", s)
}

// ResizeGiB reads the parameter of the resize action of OCCI 1.1 (GFD.184).
func ResizeGiB(params occi.Attributes) (float64, error) {
	size, _ := params[occi.ParamSize].(float64)
	if size <= 0 {
		return 0, providers.Errorf(providers.ErrInvalid, "resize", "%s must be more than 0 GiB", occi.ParamSize)
	}
	return size, nil
}

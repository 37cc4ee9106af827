package inventory

import "occigate/providers"

// lay puts the changes of ours that are under way over what the cloud said.
func (s *state) lay(it *Item) {
	if in := s.about(it.ID, classCreate); in != nil {
		it.Pending = in.word()
		it.trouble(in)
		if in.Phase == failed {
			it.fault(in.Problem)
		}
	}
	if in := s.about(it.ID, classChange); in != nil {
		it.Pending = in.word()
		it.trouble(in)
		it.through(in)
	}
	if in := s.about(it.ID, classDelete); in != nil {
		it.trouble(in)
		if in.Phase == failed {
			it.fault(in.Problem)
		}
	}
}

// trouble shows an intent's problem.
func (it *Item) trouble(in *intent) {
	if in.Problem != "" {
		it.Problem = in.Problem
	}
}

// through shows the transition of an accepted power operation until the cloud
// shows another state than the one it started from. Nothing is offered
// meanwhile.
func (it *Item) through(in *intent) {
	words, power := stateWords[in.powerOp()]
	if it.Server == nil || !power || in.Phase != accepted || it.Server.State != in.Before {
		return
	}
	server := *it.Server
	server.State, server.Power, server.Abilities = words.through, nil, nil
	it.Server = &server
}

// fault shows the item in error, with the reason as the state's message.
func (it *Item) fault(why string) {
	switch {
	case it.Server != nil:
		server := *it.Server
		server.State, server.Message, server.Power, server.Abilities = providers.StateError, why, nil, nil
		it.Server = &server
	case it.Volume != nil:
		volume := *it.Volume
		volume.State, volume.Message = providers.ResourceError, why
		it.Volume = &volume
	case it.Network != nil:
		network := *it.Network
		network.State, network.Message = providers.ResourceError, why
		it.Network = &network
	case it.Interface != nil:
		itf := *it.Interface
		itf.State = providers.ResourceError
		it.Interface = &itf
	case it.Attachment != nil:
		at := *it.Attachment
		at.State = providers.ResourceError
		it.Attachment = &at
	case it.Address != nil:
		address := *it.Address
		address.State = providers.ResourceError
		it.Address = &address
	case it.Image != nil:
		image := *it.Image
		image.State = providers.ImageFailed
		it.Image = &image
	}
}

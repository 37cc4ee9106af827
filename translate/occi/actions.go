package occi

// infrastructureActions are the actions of GFD.224 (tables 3, 5 and 8) and,
// for clients of OCCI 1.1, those that GFD.184 adds to storage.
func infrastructureActions(o Options) []Action {
	actions := []Action{
		action(ActionStart, "Start the system"),
		action(ActionStop, "Stop the system", method("graceful", "acpioff", "poweroff")),
		action(ActionRestart, "Restart the system", method("graceful", "warm", "cold")),
		action(ActionSuspend, "Suspend the system", method("hibernate", "suspend")),
		action(ActionSave, "Save the system as a template", method("hot", "deferred"), Attribute{
			Name: ParamName, Type: String, Mutable: true, Description: "Name of the new template",
		}),
		action(ActionUp, "Bring the network up"),
		action(ActionDown, "Take the network down"),
		action(ActionOnline, "Bring the storage online"),
		action(ActionOffline, "Take the storage offline"),
	}
	if o.Only12 {
		return actions
	}
	return append(actions,
		action(ActionBackup, "Back the storage up"),
		action(ActionSnapshot, "Take a snapshot of the storage"),
		action(ActionResize, "Resize the storage", Attribute{
			Name: ParamSize, Type: Number, Mutable: true, Min: bound(0), Description: "New size in GiB",
		}),
	)
}

func action(id, title string, parameters ...Attribute) Action {
	scheme, term := SplitID(id)
	return Action{Category: Category{scheme, term, title}, Attributes: parameters}
}

func method(values ...string) Attribute {
	return Attribute{Name: ParamMethod, Type: Enum, Mutable: true, Enum: values, Description: "How to do it"}
}

package main

import "context"

func desktop(context.Context, options) error { return nil }

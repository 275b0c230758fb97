package main

import "context"

func fanOut(context.Context, options) error  { return nil }
func desktop(context.Context, options) error { return nil }

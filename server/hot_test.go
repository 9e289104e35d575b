package main

func init() { hotFresh, boardsFresh = 0, 0 }

package main

func init() { hotFresh = 0 }

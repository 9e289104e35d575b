package programme

// AfterSales is how members ask for help with what they bought.
type AfterSales struct {
	Flag     string  `yaml:"flag"`     // the right that is needed
	Service  string  `yaml:"service"`  // kind of the response times that hold
	Kinds    []Named `yaml:"kinds"`    // what can be asked for
	Outcomes []Named `yaml:"outcomes"` // how it can end
}

package programme

// AfterSales is how members ask for help with what they bought.
type AfterSales struct {
	Flag     string  `yaml:"flag"`     // the right that is needed
	Service  string  `yaml:"service"`  // kind of the response times that hold
	Kinds    []Named `yaml:"kinds"`    // what can be asked for
	Outcomes []Named `yaml:"outcomes"` // how it can end
}

// Phrases are the words of the month that members say in stores for something hidden.
type Phrases struct {
	Levels []PhraseLevel `yaml:"levels"` // by tier, lowest first
	Words  [][]Text      `yaml:"words"`  // lists of which a word takes one each, in this order
}

// PhraseLevel is whose word gives what.
type PhraseLevel struct {
	Tier    string `yaml:"tier"`    // and above, up to the next level's
	Benefit string `yaml:"benefit"` // that the member must have
	Hidden  Text   `yaml:"hidden"`  // what is given for it
}

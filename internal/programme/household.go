package programme

// Household says what members may tell of the people at home and of what they like, each under its consent.
type Household struct {
	Consents        HouseholdConsents `yaml:"consents"`
	MostPeople      int               `yaml:"mostPeople"` // 0 = the size is not asked
	LifeStages      []Named           `yaml:"lifeStages"` // none = not asked
	MostChildren    int               `yaml:"mostChildren"`
	ChildYears      int               `yaml:"childYears"` // how old a child may be; who is older is none
	Diets           []Named           `yaml:"diets"`
	Preferences     []Named           `yaml:"preferences"`
	MostPreferences int               `yaml:"mostPreferences"`
}

// HouseholdConsents are the codes of the privacy purposes that facts stand under; empty for what is not asked.
type HouseholdConsents struct {
	Size        string `yaml:"size"`
	LifeStage   string `yaml:"lifeStage"`
	Children    string `yaml:"children"`
	Diet        string `yaml:"diet"`
	Preferences string `yaml:"preferences"`
}

// Named is a code with its names.
type Named struct {
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
}

// Completing is a field of the profile that should be filled in, and how much it weighs.
type Completing struct {
	Field  string `yaml:"field"`
	Weight int    `yaml:"weight"`
	Titles Text   `yaml:"titles"` // what the member is asked to do
}

// The fields of a profile that may be filled in.
const (
	Avatar         = "AVATAR"
	Birthday       = "BIRTHDAY"
	Locale         = "LOCALE"
	MemberZone     = "TIME_ZONE"
	HouseholdSize  = "HOUSEHOLD_SIZE"
	HouseholdStage = "LIFE_STAGE"
	Children       = "CHILDREN"
	Diet           = "DIET"
	Preferences    = "PREFERENCES"
)

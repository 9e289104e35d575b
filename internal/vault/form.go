package vault

import (
	"strings"
	"unicode"

	"membergate/internal/fault"
)

// WrongForm is the code of what cannot be a fact of its kind.
const WrongForm = "WRONG_FORM"

// The bounds are in characters. Those of phones are the ones of ITU-T E.164, without and with the country's code.
const (
	mostName, mostAddress        = 60, 200
	leastPhone, mostPhone        = 7, 15
	leastIDNumber, mostIDNumber  = 5, 20
	residentNumber, checksModulo = 18, 11
)

// Field is the name of a kind in inputs.
func (k Kind) Field() string {
	return map[Kind]string{Name: "name", Phone: "phone", Address: "address", IDNumber: "idNumber"}[k]
}

// Clean gives a text in the one form in which it is kept, so that the same fact has the same hash. What is told is never
// repeated in a refusal: sentences are logged. Refusal: WRONG_FORM.
func Clean(k Kind, text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", fault.Refuse(WrongForm, k.Field(), "%s holds a character that cannot be shown; allowed are letters, digits and signs", k.Field())
	}
	switch k {
	case Phone:
		return cleanPhone(text)
	case IDNumber:
		return cleanIDNumber(text)
	case Name:
		return text, within(k, text, 1, mostName)
	}
	return text, within(k, text, 1, mostAddress)
}

func within(k Kind, text string, least, most int) error {
	if n := len([]rune(text)); n < least || n > most {
		return fault.Refuse(WrongForm, k.Field(), "%s has %d characters; allowed are %d to %d", k.Field(), n, least, most)
	}
	return nil
}

func cleanPhone(text string) (string, error) {
	text = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text)
	digits := strings.TrimPrefix(text, "+")
	if strings.Trim(digits, "0123456789") != "" || len(digits) < leastPhone || len(digits) > mostPhone {
		return "", fault.Refuse(WrongForm, "phone", "phone is none; allowed are %d to %d digits, with a plus in front of a country's code", leastPhone, mostPhone)
	}
	return text, nil
}

func cleanIDNumber(text string) (string, error) {
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
	if err := within(IDNumber, text, leastIDNumber, mostIDNumber); err != nil {
		return "", err
	}
	if strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", fault.Refuse(WrongForm, "idNumber", "idNumber holds something else than letters and digits; allowed are these alone")
	}
	if resident(text) && !checks(text) {
		return "", fault.Refuse(WrongForm, "idNumber", "idNumber has a wrong last character; allowed is the one that the others ask for")
	}
	return text, nil
}

// resident tells whether a number has the form of a resident's: 17 digits, and a digit or X.
func resident(text string) bool {
	return len(text) == residentNumber && strings.Trim(text[:residentNumber-1], "0123456789") == "" && strings.Trim(text[residentNumber-1:], "0123456789X") == ""
}

// checks tells whether the last character is right, by ISO 7064 MOD 11-2 as GB 11643 has it.
func checks(text string) bool {
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(text[i]-'0') * weight
	}
	return text[residentNumber-1] == "10X98765432"[sum%checksModulo]
}

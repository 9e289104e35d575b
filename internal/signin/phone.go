package signin

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"membergate/internal/fault"
)

const (
	phoneCodeLife    = 5 * time.Minute
	phoneGuesses     = 5 // of one phone, until a new code is sent and the time is over
	phoneSendEvery   = time.Minute
	phoneSendsPerDay = 10
	codeDigits       = 6
	leastDigits      = 8 // of a phone with its country's code, by ITU-T E.164
	mostDigits       = 15
)

// Sender brings a code to a phone.
type Sender interface {
	Send(ctx context.Context, phone, code, locale string) error
}

// Guesses counts.
type Guesses interface {
	// Wrong counts one more under a key, and gives how many that are within a time from the first.
	Wrong(ctx context.Context, key string, life time.Duration) (int64, error)
}

// Phones sends codes to phones, and knows them again. The counts are of phones and not of requests, so neither aliases nor
// addresses multiply them.
type Phones struct {
	Sender  Sender
	Keys    Keys
	Brief   Brief
	Guesses Guesses
}

// E164 gives a phone in the one form in which it is known: with its country's code; eleven digits that begin with 1 are China's.
// Refusal: PHONE_NEEDED.
func E164(phone string) (string, error) {
	plain := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(phone)
	digits, coded := strings.CutPrefix(plain, "+")
	if !coded && len(digits) == 11 && digits[0] == '1' {
		digits, coded = "86"+digits, true
	}
	if !coded || strings.Trim(digits, "0123456789") != "" || len(digits) < leastDigits || len(digits) > mostDigits || digits[0] == '0' {
		return "", fault.Refuse(PhoneNeeded, "phone", "phone is none; allowed is one with its country's code, such as +86 and 11 digits")
	}
	return "+" + digits, nil
}

func (p *Phones) key(phone string) (string, error) {
	hashes, err := p.Keys.Hashes(hashPurpose+Phone, phone)
	if err != nil {
		return "", err
	}
	return hashes[0], nil
}

// Send sends a new code to a phone. Refusals: PHONE_NEEDED, TOO_OFTEN, PROVIDER_DOWN.
func (p *Phones) Send(ctx context.Context, phone, locale string) error {
	phone, err := E164(phone)
	if err != nil {
		return err
	}
	key, err := p.key(phone)
	if err != nil {
		return err
	}
	n, err := p.Guesses.Wrong(ctx, "phone minute:"+key, phoneSendEvery)
	if err == nil && n > 1 {
		return fault.Refuse(TooOften, "phone", "a code was sent within a minute").Near(int64(phoneSendEvery / time.Second))
	}
	if err == nil {
		n, err = p.Guesses.Wrong(ctx, "phone day:"+key, 24*time.Hour)
	}
	if err != nil {
		return err
	}
	if n > phoneSendsPerDay {
		return fault.Refuse(TooOften, "phone", "%d codes were sent within a day", phoneSendsPerDay).Near(int64(time.Hour / time.Second))
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%0*d", codeDigits, number)
	hashed, err := p.Keys.Hashes(codePurpose, phone+"\x00"+code)
	if err != nil {
		return err
	}
	if err := p.Brief.Keep(ctx, "phone:"+key, hashed[0], phoneCodeLife); err != nil {
		return err
	}
	if err := p.Sender.Send(ctx, phone, code, locale); err != nil {
		return fault.Refuse(Down, "phone", "the code could not be sent")
	}
	return nil
}

// Check implements Prover.
func (p *Phones) Check(in Input) error {
	if _, err := E164(in.Phone); err != nil {
		return err
	}
	if len(in.Code) != codeDigits || strings.Trim(in.Code, "0123456789") != "" {
		return fault.Refuse(BadCode, "code", "code is none; allowed are the %d digits that were sent", codeDigits)
	}
	return nil
}

// Admit implements Prover. Whoever tries the same code again counts, too: else what is kept for them could be guessed.
func (p *Phones) Admit(ctx context.Context, in Input) error {
	phone, err := E164(in.Phone)
	if err != nil {
		return err
	}
	key, err := p.key(phone)
	if err != nil {
		return err
	}
	n, err := p.Guesses.Wrong(ctx, "phone guess:"+key, phoneCodeLife)
	if err == nil && n > phoneGuesses {
		err = fault.Refuse(TooOften, "code", "%d codes were tried", phoneGuesses).Near(int64(phoneCodeLife / time.Second))
	}
	return err
}

// Prove implements Prover.
func (p *Phones) Prove(ctx context.Context, in Input) (Proof, error) {
	phone, err := E164(in.Phone)
	if err != nil {
		return Proof{}, err
	}
	key, err := p.key(phone)
	if err != nil {
		return Proof{}, err
	}
	want, known, err := p.Brief.Kept(ctx, "phone:"+key)
	if err != nil {
		return Proof{}, err
	}
	hashed, err := p.Keys.Hashes(codePurpose, phone+"\x00"+in.Code)
	if err != nil {
		return Proof{}, err
	}
	if !known || !slices.Contains(hashed, want) {
		return Proof{}, fault.Refuse(CodeUsed, "code", "the code is not the last one that was sent, or its time is over")
	}
	if first, err := p.Brief.Drop(ctx, "phone:"+key); err != nil || !first {
		if err == nil {
			err = fault.Refuse(CodeUsed, "code", "the code was used before")
		}
		return Proof{}, err
	}
	return Proof{Names: []Name{{Phone, phone}}, Phone: phone}, nil
}

// Package sms brings codes to phones through a service over HTTP.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"membergate/internal/signin"
)

// patience bounds a call: somebody waits for it.
const patience = 2 * time.Second

// Service takes messages as JSON: {"to":"+8613800138000","code":"123456","locale":"zh-CN"}. It makes the text, as providers want
// texts that they have approved.
type Service struct {
	Client *http.Client
	URL    string
	Token  string // for the Authorization header
}

var _ signin.Sender = (*Service)(nil)

// Send implements signin.Sender. Its errors hold neither the phone nor the code.
func (s *Service) Send(ctx context.Context, phone, code, locale string) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	body, err := json.Marshal(map[string]string{"to": phone, "code": code, "locale": locale})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("sms: the request cannot be made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.Token)
	got, err := s.Client.Do(req)
	if err != nil {
		return fmt.Errorf("sms: the service does not answer")
	}
	defer got.Body.Close()
	if got.StatusCode/100 != 2 {
		return fmt.Errorf("sms: the service answered %d", got.StatusCode)
	}
	return nil
}

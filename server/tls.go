package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// TLSSettings are the certificate of the public listener; without them an ingress in front speaks TLS.
type TLSSettings struct {
	CertFile string // TLS_CERT_FILE: PEM, the server's certificate first
	KeyFile  string // TLS_KEY_FILE: PEM
}

// tls reads both settings or none.
func (r *reader) tls() TLSSettings {
	t := TLSSettings{CertFile: r.text("TLS_CERT_FILE", ""), KeyFile: r.text("TLS_KEY_FILE", "")}
	r.whole(map[string]string{"TLS_CERT_FILE": t.CertFile, "TLS_KEY_FILE": t.KeyFile})
	return t
}

// listen wraps a listener: TLS 1.3 and nothing older, which the apps' platforms have spoken since 2018 (iOS 12.2, Android 10).
func (t TLSSettings) listen(inner net.Listener) (net.Listener, error) {
	if t.CertFile == "" {
		return inner, nil
	}
	c := &certificate{TLSSettings: t}
	if _, err := c.current(nil); err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	return tls.NewListener(inner, &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: c.current, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// certificate is the pair of files as it was read last. Certificates are renewed while a gateway serves.
type certificate struct {
	TLSSettings
	mu     sync.Mutex
	looked time.Time
	seen   time.Time
	pair   *tls.Certificate
}

// renewedWithin is how soon a renewed certificate is served.
const renewedWithin = time.Minute

// current gives the certificate, after a look at the file if the last one was a while ago. Files that have become wrong
// change nothing.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && time.Since(c.looked) < renewedWithin {
		return c.pair, nil
	}
	c.looked = time.Now()
	info, err := os.Stat(c.CertFile)
	if err == nil && c.pair != nil && info.ModTime().Equal(c.seen) {
		return c.pair, nil
	}
	pair, loadErr := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	switch {
	case err == nil && loadErr == nil:
		c.pair, c.seen = &pair, info.ModTime()
	case c.pair == nil:
		return nil, fmt.Errorf("TLS_CERT_FILE is %q and TLS_KEY_FILE is %q; allowed are a certificate and its key in PEM: %w", c.CertFile, c.KeyFile, loadErr)
	}
	return c.pair, nil
}

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certify writes a certificate for this machine with a number, and its key.
func certify(t *testing.T, dir string, number int64) (*x509.CertPool, TLSSettings) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(number), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	files := TLSSettings{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	for path, block := range map[string]*pem.Block{files.CertFile: {Type: "CERTIFICATE", Bytes: raw}, files.KeyFile: {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	return pool, files
}

func TestThePublicListenerSpeaksTLS13AndNothingOlder(t *testing.T) {
	pool, files := certify(t, t.TempDir(), 1)
	r := start(t, func(s *Settings, _ *Parts) { s.TLS = files })
	url := "https" + strings.TrimPrefix(r.public, "http") + "/healthz"
	ask := func(most uint16) (*http.Response, error) {
		client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: most}}}
		return client.Get(url)
	}
	a, err := ask(tls.VersionTLS13)
	if err != nil || a.StatusCode != http.StatusOK || a.TLS.Version != tls.VersionTLS13 || a.ProtoMajor != 2 {
		t.Fatalf("%v %v", a, err)
	}
	_ = a.Body.Close()
	if a, err := ask(tls.VersionTLS12); err == nil {
		t.Errorf("TLS 1.2 is answered with %d", a.StatusCode)
	}
	if a, err := http.Get(strings.Replace(url, "https", "http", 1)); err == nil && a.StatusCode == http.StatusOK {
		t.Error("it is answered in the open")
	}
}

func TestARenewedCertificateIsServedAndAWrongOneChangesNothing(t *testing.T) {
	dir := t.TempDir()
	_, files := certify(t, dir, 1)
	c := &certificate{TLSSettings: files}
	number := func() int64 {
		t.Helper()
		c.looked = time.Time{}
		pair, err := c.current(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.SerialNumber.Int64()
	}
	if n := number(); n != 1 {
		t.Fatalf("number %d", n)
	}
	certify(t, dir, 2)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(files.CertFile, later, later); err != nil {
		t.Fatal(err)
	}
	if n := number(); n != 2 {
		t.Errorf("after it was renewed the certificate is number %d", n)
	}
	if err := os.WriteFile(files.CertFile, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := number(); n != 2 {
		t.Errorf("a broken file changes it to %d", n)
	}
	if _, err := (&certificate{TLSSettings: files}).current(nil); err == nil || !strings.Contains(err.Error(), "TLS_CERT_FILE is ") {
		t.Errorf("a broken file starts: %v", err)
	}
}

// Judges the chains on standard input by Go's crypto/x509 and prints one verdict for each: "trusted" or the error.
package main

import (
	"crypto/x509"
	"encoding/json"
	"os"
	"time"
)

type chain struct {
	Anchors       [][]byte `json:"anchors"`
	Intermediates [][]byte `json:"intermediates"`
	Leaf          []byte   `json:"leaf"`
	Host          string   `json:"host"`
	Time          int64    `json:"time"`
}

func pool(encodings [][]byte) (*x509.CertPool, error) {
	found := x509.NewCertPool()
	for _, encoding := range encodings {
		certificate, err := x509.ParseCertificate(encoding)
		if err != nil {
			return nil, err
		}
		found.AddCert(certificate)
	}
	return found, nil
}

func judge(one chain) string {
	roots, err := pool(one.Anchors)
	if err != nil {
		return err.Error()
	}
	intermediates, err := pool(one.Intermediates)
	if err != nil {
		return err.Error()
	}
	leaf, err := x509.ParseCertificate(one.Leaf)
	if err != nil {
		return err.Error()
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		DNSName:       one.Host,
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   time.Unix(one.Time, 0),
	})
	if err != nil {
		return err.Error()
	}
	return "trusted"
}

func main() {
	var chains []chain
	if err := json.NewDecoder(os.Stdin).Decode(&chains); err != nil {
		panic(err)
	}
	verdicts := make([]string, len(chains))
	for i, one := range chains {
		verdicts[i] = judge(one)
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		panic(err)
	}
}

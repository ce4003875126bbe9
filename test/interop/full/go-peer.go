// A TLS 1.3 peer over Go's crypto/tls.
//
//	client --port P --ca F [--alpn a,b] [--cert F --key F] [--group G] [--name N] [--times N] [--export LABEL] [--keylog F]
//	       [--old yes]                                            sends a line, prints a JSON line, each time
//	server --port P --cert F --key F [--alpn a,b] [--ca F] [--group G] [--export LABEL] [--keylog F] [--ocsp F]
//	       [--old yes]                                            echoes; --ca requires a certificate, --ocsp staples a file
//
// --old speaks TLS 1.2 alone.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

var groups = map[string]tls.CurveID{
	"x25519": tls.X25519, "secp256r1": tls.CurveP256, "secp384r1": tls.CurveP384, "secp521r1": tls.CurveP521,
	"X25519MLKEM768": tls.X25519MLKEM768, "SecP256r1MLKEM768": tls.SecP256r1MLKEM768,
	"SecP384r1MLKEM1024": tls.SecP384r1MLKEM1024,
}

type view struct {
	Version  string `json:"version,omitempty"`
	Suite    string `json:"suite,omitempty"`
	Alpn     string `json:"alpn,omitempty"`
	Peer     string `json:"peer,omitempty"`
	Resumed  bool   `json:"resumed,omitempty"`
	Received string `json:"received,omitempty"`
	Exported string `json:"exported,omitempty"`
	Stapled  int    `json:"stapled,omitempty"`
	Error    string `json:"error,omitempty"`
}

func (v view) print() {
	line, _ := json.Marshal(v)
	fmt.Println(string(line))
}

// label is that of the 40 bytes to export, or empty.
var label string

func viewOf(s tls.ConnectionState) view {
	v := view{Version: tls.VersionName(s.Version), Suite: tls.CipherSuiteName(s.CipherSuite), Alpn: s.NegotiatedProtocol, Resumed: s.DidResume, Stapled: len(s.OCSPResponse)}
	if len(s.PeerCertificates) > 0 {
		v.Peer = s.PeerCertificates[0].Subject.CommonName
	}
	if label != "" {
		v.Exported = hex.EncodeToString(must(s.ExportKeyingMaterial(label, nil, 40)))
	}
	return v
}

func main() {
	flags := flag.NewFlagSet("peer", flag.ExitOnError)
	port := flags.Int("port", 0, "")
	ca := flags.String("ca", "", "")
	alpn := flags.String("alpn", "", "")
	cert := flags.String("cert", "", "")
	key := flags.String("key", "", "")
	group := flags.String("group", "", "")
	name := flags.String("name", "localhost", "")
	times := flags.Int("times", 1, "")
	flags.StringVar(&label, "export", "", "")
	keylog := flags.String("keylog", "", "")
	ocsp := flags.String("ocsp", "", "")
	old := flags.String("old", "", "")
	role := os.Args[1]
	_ = flags.Parse(os.Args[2:])

	config := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: *name, ClientSessionCache: tls.NewLRUClientSessionCache(8)}
	if *alpn != "" {
		config.NextProtos = strings.Split(*alpn, ",")
	}
	if id, known := groups[*group]; known {
		config.CurvePreferences = []tls.CurveID{id}
	}
	if *ca != "" {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(must(os.ReadFile(*ca)))
		config.ClientCAs = config.RootCAs
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if *cert != "" {
		config.Certificates = []tls.Certificate{must(tls.LoadX509KeyPair(*cert, *key))}
	}
	if *old != "" {
		config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	}
	if *ocsp != "" {
		config.Certificates[0].OCSPStaple = must(os.ReadFile(*ocsp))
	}
	if *keylog != "" {
		config.KeyLogWriter = must(os.Create(*keylog))
	}
	address := fmt.Sprintf("127.0.0.1:%d", *port)
	if role == "client" {
		for range *times {
			runClient(address, config)
		}
	} else {
		runServer(address, config)
	}
}

func runClient(address string, config *tls.Config) {
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		view{Error: err.Error()}.print()
		return
	}
	defer connection.Close()
	fmt.Fprint(connection, "a line from the peer\n")
	received, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		view{Error: err.Error()}.print()
		return
	}
	v := viewOf(connection.ConnectionState())
	v.Received = received
	v.print()
}

func runServer(address string, config *tls.Config) {
	listener := must(net.Listen("tcp", address))
	fmt.Println("listening")
	for {
		connection := tls.Server(must(listener.Accept()), config)
		go func() {
			defer connection.Close()
			if err := connection.Handshake(); err != nil {
				view{Error: err.Error()}.print()
				return
			}
			viewOf(connection.ConnectionState()).print()
			_, _ = io.Copy(connection, connection)
		}()
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

"""A TLS 1.3 peer over Python's ssl module.

python-peer.py client PORT CA [ALPN,LIST] [CERT KEY]    sends a line, prints a JSON line of what it saw
python-peer.py server PORT CERT KEY [ALPN,LIST] [CA]    echoes; with CA it requires a client certificate
"""
import json
import socket
import ssl
import sys


def view(tls, **more):
    names = dict(pair[0] for pair in (tls.getpeercert() or {}).get("subject", ()))
    facts = {"version": tls.version(), "suite": tls.cipher()[0], "alpn": tls.selected_alpn_protocol()}
    print(json.dumps({**facts, "peer": names.get("commonName"), **more}), flush=True)


def client(port, ca, alpn="", cert=None, key=None):
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if alpn:
        context.set_alpn_protocols(alpn.split(","))
    if cert:
        context.load_cert_chain(cert, key)
    try:
        with socket.create_connection(("127.0.0.1", int(port))) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                tls.sendall(b"a line from Python\n")
                received = b""
                while not received.endswith(b"\n"):
                    received += tls.recv(4096)
                view(tls, received=received.decode())
                tls.unwrap()
    except ssl.SSLError as error:
        print(json.dumps({"error": error.reason or str(error)}), flush=True)


def server(port, cert, key, alpn="", ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(cert, key)
    if alpn:
        context.set_alpn_protocols(alpn.split(","))
    if ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ca)
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        print("listening", flush=True)
        while True:
            raw, _ = listener.accept()
            try:
                with context.wrap_socket(raw, server_side=True) as tls:
                    while data := tls.recv(4096):
                        tls.sendall(data)
                    view(tls)
                    tls.unwrap()
            except (ssl.SSLError, OSError) as error:
                print(json.dumps({"error": getattr(error, "reason", None) or str(error)}), flush=True)


{"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])

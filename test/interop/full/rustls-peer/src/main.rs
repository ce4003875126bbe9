//! A TLS 1.3 peer over rustls.
//!
//! client --port P --ca F [--alpn a,b] [--cert F --key F] [--group G] [--name N] [--times N] [--export LABEL] [--keylog F]
//!        [--early TEXT] [--update yes] [--old yes]
//!                       sends a line, prints a JSON line, each time; --early sends a line as early data where it can, and
//!                       --update changes the sending keys before the line
//! server --port P --cert F --key F [--alpn a,b] [--ca F] [--group G] [--export LABEL] [--keylog F] [--early BYTES]
//!        [--update yes] [--ocsp F] [--old yes]
//!                       echoes; --ca requires a certificate, --early takes so much early data and prints it, --update
//!                       changes the sending keys before the first echo, --ocsp staples a file
//!
//! --old speaks TLS 1.2 alone.
use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{aws_lc_rs, CryptoProvider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, DigitallySignedStruct, HandshakeKind, KeyLogFile, RootCertStore,
    ServerConfig, ServerConnection, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
};

type Options = HashMap<String, String>;
type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options: Options = arguments[1..]
        .chunks(2)
        .map(|pair| (pair[0].trim_start_matches("--").to_string(), pair[1].clone()))
        .collect();
    if let Some(path) = options.get("keylog") {
        std::env::set_var("SSLKEYLOGFILE", path);
    }
    if arguments[0] == "client" {
        if let Err(error) = client(&options) {
            print_error(&error);
        }
        return Ok(());
    }
    server(&options)
}

fn client(options: &Options) -> Fallible<()> {
    let trust = WebPkiServerVerifier::builder_with_provider(Arc::new(anchors(options)?), provider(options)).build()?;
    let verifier = Arc::new(Telling { trust, stapled: AtomicUsize::new(0) });
    let builder = ClientConfig::builder_with_provider(provider(options))
        .with_protocol_versions(versions(options))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone());
    let mut config = match options.get("cert") {
        Some(_) => {
            let (chain, key) = credential(options)?;
            builder.with_client_auth_cert(chain, key)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn(options);
    config.key_log = Arc::new(KeyLogFile::new());
    config.enable_early_data = options.contains_key("early");
    let config = Arc::new(config);
    for _ in 0..options.get("times").map_or(Ok(1), |times| times.parse())? {
        call(options, config.clone(), &verifier.stapled)?;
    }
    Ok(())
}

fn call(options: &Options, config: Arc<ClientConfig>, stapled: &AtomicUsize) -> Fallible<()> {
    let name = options.get("name").map_or("localhost", String::as_str).to_string();
    let mut connection = ClientConnection::new(config, ServerName::try_from(name)?)?;
    let mut socket = TcpStream::connect(format!("127.0.0.1:{}", options["port"]))?;
    if let (Some(text), Some(mut early)) = (options.get("early"), connection.early_data()) {
        writeln!(early, "{text}")?;
    }
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    let early = connection.is_early_data_accepted();
    let mut stream = StreamOwned::new(connection, socket);
    if options.contains_key("update") {
        stream.conn.refresh_traffic_keys()?;
    }
    stream.write_all(b"a line from the peer\n")?;
    let mut received = String::new();
    let mut reader = BufReader::new(&mut stream);
    for _ in 0..if early { 2 } else { 1 } {
        reader.read_line(&mut received)?;
    }
    print(&stream.conn, options, Some((&received, stapled.load(Ordering::Relaxed))))?;
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}

/// The verifier of webpki, which has no use for a stapled OCSP response: here its length is told.
#[derive(Debug)]
struct Telling {
    trust: Arc<WebPkiServerVerifier>,
    stapled: AtomicUsize,
}

impl ServerCertVerifier for Telling {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.stapled.store(ocsp_response.len(), Ordering::Relaxed);
        self.trust.verify_server_cert(leaf, others, name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trust.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trust.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust.supported_verify_schemes()
    }
}

fn server(options: &Options) -> Fallible<()> {
    let builder = ServerConfig::builder_with_provider(provider(options))
        .with_protocol_versions(versions(options))?;
    let (chain, key) = credential(options)?;
    let builder = match options.get("ca") {
        Some(_) => {
            let roots = Arc::new(anchors(options)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider(options)).build()?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let ocsp = options.get("ocsp").map_or(Ok(Vec::new()), std::fs::read)?;
    let mut config = builder.with_single_cert_with_ocsp(chain, key, ocsp)?;
    config.alpn_protocols = alpn(options);
    config.key_log = Arc::new(KeyLogFile::new());
    config.max_early_data_size = options.get("early").map_or(Ok(0), |bytes| bytes.parse())?;
    let config = Arc::new(config);
    let listener = TcpListener::bind(format!("127.0.0.1:{}", options["port"]))?;
    println!("listening");
    for socket in listener.incoming() {
        if let Err(error) = echo(options, config.clone(), socket?) {
            print_error(&error);
        }
    }
    Ok(())
}

fn echo(options: &Options, config: Arc<ServerConfig>, mut socket: TcpStream) -> Fallible<()> {
    let mut connection = ServerConnection::new(config)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    let mut early = String::new();
    if let Some(mut data) = connection.early_data() {
        data.read_to_string(&mut early)?;
    }
    print(&connection, options, None)?;
    let mut stream = StreamOwned::new(connection, socket);
    if !early.is_empty() {
        println!("{{\"early\":{early:?}}}");
        stream.write_all(early.as_bytes())?;
    }
    if options.contains_key("update") {
        stream.conn.refresh_traffic_keys()?;
    }
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            stream.conn.send_close_notify();
            stream.flush()?;
            return Ok(());
        }
        stream.write_all(&buffer[..count])?;
    }
}

fn versions(options: &Options) -> &'static [&'static SupportedProtocolVersion] {
    static OLD: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
    static NEW: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
    if options.contains_key("old") {
        OLD
    } else {
        NEW
    }
}

fn provider(options: &Options) -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    if let Some(group) = options.get("group") {
        use aws_lc_rs::kx_group::*;
        provider.kx_groups = match group.as_str() {
            "x25519" => vec![X25519],
            "secp256r1" => vec![SECP256R1],
            "secp384r1" => vec![SECP384R1],
            "X25519MLKEM768" => vec![X25519MLKEM768],
            "SecP256r1MLKEM768" => vec![SECP256R1MLKEM768],
            "MLKEM768" => vec![MLKEM768],
            _ => vec![],
        };
    }
    Arc::new(provider)
}

fn anchors(options: &Options) -> Fallible<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&options["ca"])? {
        roots.add(certificate?)?;
    }
    Ok(roots)
}

fn credential(options: &Options) -> Fallible<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_file_iter(&options["cert"])?.collect::<Result<Vec<_>, _>>()?;
    Ok((chain, PrivateKeyDer::from_pem_file(&options["key"])?))
}

fn alpn(options: &Options) -> Vec<Vec<u8>> {
    let list = options.get("alpn").map_or("", String::as_str);
    list.split(',').filter(|name| !name.is_empty()).map(|name| name.as_bytes().to_vec()).collect()
}

fn print<Side>(connection: &ConnectionCommon<Side>, options: &Options, received: Option<(&str, usize)>) -> Fallible<()> {
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let alpn = connection.alpn_protocol().map(String::from_utf8_lossy);
    let exported = match options.get("export") {
        Some(label) => {
            let bytes = connection.export_keying_material([0u8; 40], label.as_bytes(), None)?;
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!(",\"exported\":{hex:?}")
        }
        None => String::new(),
    };
    println!(
        "{{\"version\":{:?},\"suite\":{:?},\"alpn\":{:?},\"certificates\":{},\"resumed\":{}{}{}}}",
        if connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3) { "TLSv1.3" } else { "other" },
        suite.unwrap_or_default().replace("TLS13_", "TLS_"),
        alpn.unwrap_or_default(),
        connection.peer_certificates().map_or(0, |list| list.len()),
        connection.handshake_kind() == Some(HandshakeKind::Resumed),
        exported,
        received.map_or(String::new(), |(text, stapled)| format!(",\"stapled\":{stapled},\"received\":{text:?}")),
    );
    Ok(())
}

fn print_error(error: &dyn std::fmt::Display) {
    println!("{{\"error\":{:?}}}", error.to_string());
}

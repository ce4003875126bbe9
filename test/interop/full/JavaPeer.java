// A TLS 1.3 peer over Java's JSSE, run as a single source file.
//
//   client --port P --ca F [--alpn a,b] [--cert F --key F] [--group G] [--name N] [--times N] [--export LABEL]
//          [--update yes] [--old yes]                           sends a line, prints a JSON line, each time
//   server --port P --cert F --key F [--alpn a,b] [--ca F] [--group G] [--export LABEL] [--update yes]
//          [--old yes]                                          echoes; --ca requires a certificate
// --update lets keys protect 30 bytes, less than a line and more than a KeyUpdate, with their tags; --export needs Java 25;
// --old speaks TLS 1.2 alone.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class JavaPeer {
  static final char[] PASSWORD = "unused".toCharArray();
  static final Map<String, String> options = new HashMap<>();

  public static void main(String[] args) throws Exception {
    for (int i = 1; i + 1 < args.length; i += 2) options.put(args[i].substring(2), args[i + 1]);
    if (options.containsKey("group")) System.setProperty("jdk.tls.namedGroups", options.get("group"));
    if (options.containsKey("update")) {
      Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 30, ChaCha20-Poly1305 KeyUpdate 30");
    }
    if (args[0].equals("client")) {
      var context = context();
      for (int i = Integer.parseInt(options.getOrDefault("times", "1")); i > 0; i--) client(context);
    }
    else server();
  }

  static void client(SSLContext context) {
    int port = Integer.parseInt(options.get("port"));
    // Over a socket that is connected already, so that the name is compared and not the address.
    var name = options.getOrDefault("name", "localhost");
    try (var plain = new Socket("127.0.0.1", port);
        var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
      prepare(socket);
      socket.startHandshake();
      socket.getOutputStream().write("a line from the peer\n".getBytes(StandardCharsets.US_ASCII));
      var received = new ByteArrayOutputStream();
      for (int octet = 0; octet != '\n'; received.write(octet)) {
        octet = socket.getInputStream().read();
        if (octet < 0) throw new java.io.EOFException("closed");
      }
      print(socket, received.toString(StandardCharsets.US_ASCII));
    } catch (Exception error) {
      printError(error);
    }
  }

  static void server() throws Exception {
    int port = Integer.parseInt(options.get("port"));
    var factory = context().getServerSocketFactory();
    var listener = (SSLServerSocket) factory.createServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    System.out.println("listening");
    while (true) {
      try (var socket = (SSLSocket) listener.accept()) {
        socket.setUseClientMode(false);
        prepare(socket);
        socket.startHandshake();
        print(socket, null);
        socket.getInputStream().transferTo(socket.getOutputStream());
      } catch (Exception error) {
        printError(error);
      }
    }
  }

  static void prepare(SSLSocket socket) {
    var parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {options.containsKey("old") ? "TLSv1.2" : "TLSv1.3"});
    if (options.containsKey("alpn")) parameters.setApplicationProtocols(options.get("alpn").split(","));
    if (socket.getUseClientMode()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setServerNames(List.of(new SNIHostName(options.getOrDefault("name", "localhost"))));
    } else if (options.containsKey("ca")) {
      parameters.setNeedClientAuth(true);
    }
    socket.setSSLParameters(parameters);
  }

  static SSLContext context() throws Exception {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    if (options.containsKey("ca")) trusted.setCertificateEntry("ca", certificates(options.get("ca"))[0]);
    var trust = TrustManagerFactory.getInstance("PKIX");
    if (options.containsKey("ca")) trust.init(trusted);
    KeyManager[] keys = null;
    if (options.containsKey("cert")) {
      var own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      own.setKeyEntry("own", privateKey(options.get("key")), PASSWORD, certificates(options.get("cert")));
      var factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(own, PASSWORD);
      keys = factory.getKeyManagers();
    }
    var context = SSLContext.getInstance("TLS");
    context.init(keys, options.containsKey("ca") ? trust.getTrustManagers() : null, null);
    return context;
  }

  static Certificate[] certificates(String path) throws Exception {
    var pem = new ByteArrayInputStream(Files.readAllBytes(Path.of(path)));
    return CertificateFactory.getInstance("X.509").generateCertificates(pem).toArray(new Certificate[0]);
  }

  static PrivateKey privateKey(String path) throws Exception {
    var pem = Files.readString(Path.of(path)).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
    for (var algorithm : List.of("EC", "RSA", "RSASSA-PSS", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException another) {
        // Not of this algorithm.
      }
    }
    throw new IllegalArgumentException("no key in " + path);
  }

  static void print(SSLSocket socket, String received) {
    var session = socket.getSession();
    String peer = "";
    try {
      var subject = ((X509Certificate) session.getPeerCertificates()[0]).getSubjectX500Principal().getName();
      peer = subject.replaceAll(".*CN=([^,]*).*", "$1");
    } catch (Exception anonymous) {
      // The peer sent none.
    }
    System.out.printf(
        "{\"version\":\"%s\",\"suite\":\"%s\",\"alpn\":\"%s\",\"peer\":\"%s\",\"stapled\":%d%s%s}%n",
        session.getProtocol(),
        session.getCipherSuite(),
        socket.getApplicationProtocol(),
        peer,
        stapled(session),
        exported(session),
        received == null ? "" : ",\"received\":\"" + received.replace("\n", "\\n") + "\"");
  }

  /** Bytes of the OCSP response that came with the peer's certificate. */
  static int stapled(SSLSession session) {
    var responses = ((ExtendedSSLSession) session).getStatusResponses();
    return responses.isEmpty() ? 0 : responses.get(0).length;
  }

  /** By reflection: the method is of Java 25, and the rest of this works with 17. */
  static String exported(SSLSession session) {
    if (!options.containsKey("export")) return "";
    try {
      var export = ExtendedSSLSession.class.getMethod("exportKeyingMaterialData", String.class, byte[].class, int.class);
      var bytes = (byte[]) export.invoke(session, options.get("export"), null, 40);
      return ",\"exported\":\"" + HexFormat.of().formatHex(bytes) + "\"";
    } catch (ReflectiveOperationException missing) {
      throw new UnsupportedOperationException("no exporters", missing);
    }
  }

  static void printError(Exception error) {
    System.out.printf("{\"error\":\"%s\"}%n", String.valueOf(error.getMessage()).replaceAll("[\"\\\\\n]", " "));
  }
}

/*
 * TLS 1.3 clients over OpenSSL that connect again and again, each asks once, reads until the server ends, and closes:
 *   connections SECONDS CONCURRENCY full|resumed PORT…
 * prints connections a second. Nobody's certificate is judged: a client is to cost as little as it can, since it has the
 * cores together with the server.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned char const ALPN[] = "\x05sip/2";
static char const REQUEST[] = "OPTIONS sip:localhost SIP/2.0\r\n\r\n";

static void give_up(char const *why) {
  fprintf(stderr, "connections: %s\n", why);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One connection; the session that it was given, where `keep` asks for it. */
static SSL_SESSION *converse(SSL_CTX *context, int port, SSL_SESSION *session, int keep) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1;
  int handle = socket(AF_INET, SOCK_STREAM, 0);
  if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address) != 0) give_up("cannot connect");
  setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  SSL *tls = SSL_new(context);
  SSL_set_fd(tls, handle);
  SSL_set_tlsext_host_name(tls, "localhost");
  if (SSL_set_alpn_protos(tls, ALPN, sizeof ALPN - 1) != 0) give_up("ALPN");
  if (session != NULL) SSL_set_session(tls, session);
  if (SSL_connect(tls) != 1) give_up("the handshake failed");
  if (session != NULL && !SSL_session_reused(tls)) give_up("the session was not resumed");
  if (SSL_write(tls, REQUEST, sizeof REQUEST - 1) <= 0) give_up("cannot write");
  char answer[256];
  int total = 0;
  for (int length; (length = SSL_read(tls, answer, sizeof answer)) > 0;) total += length;
  if (total == 0) give_up("no answer");
  SSL_SESSION *given = keep ? SSL_get1_session(tls) : NULL;
  SSL_shutdown(tls);
  SSL_free(tls);
  close(handle);
  return given;
}

static long work(double seconds, int resumed, int port) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL) give_up("no context");
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  SSL_SESSION *session = resumed ? converse(context, port, NULL, 1) : NULL;
  long count = 0;
  for (double end = now() + seconds; now() < end; count++) converse(context, port, session, 0);
  return count;
}

int main(int count, char **words) {
  if (count < 5) give_up("SECONDS CONCURRENCY full|resumed PORT…");
  double seconds = atof(words[1]);
  int concurrency = atoi(words[2]);
  int resumed = strcmp(words[3], "resumed") == 0;
  int results[2];
  if (pipe(results) != 0) give_up("no pipe");
  for (int i = 0; i < concurrency; i++) {
    pid_t child = fork();
    if (child < 0) give_up("no process");
    if (child > 0) continue;
    long done = work(seconds, resumed, atoi(words[4 + i % (count - 4)]));
    if (write(results[1], &done, sizeof done) != sizeof done) give_up("cannot report");
    exit(0);
  }
  close(results[1]);
  long total = 0;
  for (int i = 0; i < concurrency; i++) {
    long done;
    int status;
    if (read(results[0], &done, sizeof done) != sizeof done) give_up("a client failed");
    total += done;
    if (wait(&status) < 0 || status != 0) give_up("a client failed");
  }
  printf("%f\n", (double)total / seconds);
  return 0;
}
